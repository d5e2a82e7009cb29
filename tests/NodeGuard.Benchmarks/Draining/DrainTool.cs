using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Draining;

/// <summary>A program with a `drain` command.</summary>
/// <param name="Name">As its User-Agent begins.</param>
/// <param name="Program">The path of the program.</param>
internal sealed record DrainTool(string Name, string Program)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>What it learns once about a server and keeps on disk is learnt: a drain is seldom the first command.</summary>
    public async Task WarmUpAsync(string kubeconfig, string directory)
    {
        if (Name == "kubectl")
            await RunAsync(["get", "nodes", .. Connection(kubeconfig, directory)]);
    }

    /// <summary>From the program's start to its end.</summary>
    public async Task<TimeSpan> DrainAsync(IReadOnlyList<string> nodes, string kubeconfig, string directory)
    {
        long from = Stopwatch.GetTimestamp();
        await RunAsync(["drain", .. nodes, "--ignore-daemonsets", .. Connection(kubeconfig, directory)]);
        return Stopwatch.GetElapsedTime(from);
    }

    private string[] Connection(string kubeconfig, string directory) => Name == "kubectl"
        ? ["--kubeconfig", kubeconfig, "--cache-dir", Path.Combine(directory, "cache")]
        : ["--kubeconfig", kubeconfig];

    private async Task RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new LabException($"{Program} does not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var late = new CancellationTokenSource(Longest);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new LabException($"{Name} {arguments[0]} has not ended after {Longest.TotalMinutes:0} minutes: {await output}{await errors}");
        }

        if (process.ExitCode != 0)
            throw new LabException($"{Name} {arguments[0]} ended with {process.ExitCode}: {await output}{await errors}");
    }
}
