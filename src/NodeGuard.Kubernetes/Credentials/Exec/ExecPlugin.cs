using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeGuard.Kubernetes.Credentials.Kubeconfigs;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials.Exec;

/// <summary>Runs a kubeconfig's login program once. What it prints is never shown; what it says on stderr is.</summary>
internal sealed class ExecPlugin(
    ExecEntry exec, ClusterEntry cluster, Reread<X509Certificate2Collection>? authorities, ConnectionSurroundings surroundings)
{
    private const int LargestAnswer = 1 << 20;
    private const int MostLines = 100;

    /// <summary>A login waits for a person in a browser.</summary>
    private static readonly TimeSpan InteractiveTimeout = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>For messages.</summary>
    public string Name => $"{exec.Place}: the plugin '{exec.Command}'";

    private bool IsInteractive => exec.Interaction != ExecInteraction.Never && surroundings.StandardInputIsTerminal;

    public async Task<Outcome<ExecAnswer>> RunAsync()
    {
        if (exec.Interaction == ExecInteraction.Always && !surroundings.StandardInputIsTerminal)
            return Failed($"{Name} wants to ask a person (interactiveMode Always), and standard input is no terminal; run it where it is one");
        if (ProgramPath.Find(exec.Command, surroundings.Variable) is not { } program)
            return Failed($"{Name} is no program that can be run{(exec.Command.Contains('/', StringComparison.Ordinal) ? string.Empty : ", in no directory of PATH")}{Hint()}");
        var (info, problem) = ExecInfo.Text(exec, cluster, authorities?.Get().Value, IsInteractive);
        if (problem is not null)
            return Failed(problem);
        try
        {
            return await RunAsync(program, info!);
        }
        catch (Win32Exception e)
        {
            return Failed($"{Name} cannot be started (error {e.NativeErrorCode}){Hint()}");
        }
    }

    private async Task<Outcome<ExecAnswer>> RunAsync(string program, string info)
    {
        using var process = Start(program, info);
        var timeout = IsInteractive ? InteractiveTimeout : Timeout;
        try
        {
            if (!IsInteractive)
                process.StandardInput.Close();
            var said = IsInteractive ? Task.CompletedTask : SayAsync(process.StandardError);
            var printed = await ReadAsync(process.StandardOutput).WaitAsync(timeout, surroundings.Time);
            if (printed is null)
            {
                process.Kill(entireProcessTree: true);
                return Failed($"{Name} printed more than {LargestAnswer >> 10} KiB; wanted an ExecCredential");
            }

            await Task.WhenAll(said, process.WaitForExitAsync()).WaitAsync(timeout, surroundings.Time);
            var code = process.ExitCode;
            return code == 0
                ? ExecAnswer.Parse(printed, exec.ApiVersion, Name)
                : Failed($"{Name} ended with status {code.ToString(CultureInfo.InvariantCulture)}; run it by hand to see what it needs");
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            return Failed($"{Name} did not end within {timeout.TotalSeconds} s");
        }
    }

    private Process Start(string program, string info)
    {
        // A question on the terminal, and what is typed there, is between the plugin and the person.
        var start = new ProcessStartInfo(program, exec.Arguments)
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
            RedirectStandardInput = !IsInteractive,
            RedirectStandardError = !IsInteractive,
        };
        foreach (var entry in exec.Environment)
            start.Environment[entry.Key] = entry.Value.Reveal();
        start.Environment["KUBERNETES_EXEC_INFO"] = info;
        return Process.Start(start)!;
    }

    /// <summary>Null when it is too much.</summary>
    private static async Task<string?> ReadAsync(TextReader output)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        int read;
        while ((read = await output.ReadAsync(buffer.AsMemory())) > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > LargestAnswer)
                return null;
        }

        return text.ToString();
    }

    private async Task SayAsync(TextReader error)
    {
        for (var lines = 0; await error.ReadLineAsync() is { } line; lines++)
        {
            if (lines < MostLines)
                surroundings.Notice($"{Path.GetFileName(exec.Command)}: {(line.Length > 500 ? line[..500] : line)}");
        }
    }

    private string Hint() => exec.InstallHint is { } hint ? $"; the kubeconfig says how to get it: {hint.ReplaceLineEndings(" ").Trim()}" : "; install it, or correct the kubeconfig";

    private static Outcome<ExecAnswer> Failed(string problem) => Outcome<ExecAnswer>.Failed(problem);
}
