using System.Diagnostics;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>What a kubectl printed and how it ended.</summary>
public sealed record KubectlRun(int ExitCode, string Output, string Errors)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The real kubectl: NODEGUARD_KUBECTL, else that of KUBEBUILDER_ASSETS, else that of PATH.</summary>
public sealed class KubectlRunner(string kubeconfig, string @namespace = "default")
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    public string Namespace => @namespace;

    private static string Program
    {
        get
        {
            if (Environment.GetEnvironmentVariable("NODEGUARD_KUBECTL") is { Length: > 0 } named)
                return named;
            string asset = Path.Combine(Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") ?? "", "kubectl");
            return Path.IsPathRooted(asset) && File.Exists(asset) ? asset : "kubectl";
        }
    }

    /// <summary>Runs to the end; the input goes to its standard input.</summary>
    public Task<KubectlRun> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    public async Task<KubectlRun> RunAsync(string? input, string[] arguments)
    {
        using Process process = Start(arguments);
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"kubectl {string.Join(' ', arguments)} did not end: {await output}{await errors}");
        }

        return new KubectlRun(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts one that runs on, such as `get -w`; the caller ends it.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["KUBECACHEDIR"] = Path.Combine(Path.GetDirectoryName(kubeconfig)!, "kubectl-cache");
        foreach (string argument in (string[])["--namespace", @namespace, .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
