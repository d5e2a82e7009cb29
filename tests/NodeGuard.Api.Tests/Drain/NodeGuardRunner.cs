using NodeGuard.Cli;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The program's own command line, in this process.</summary>
internal static class NodeGuardRunner
{
    public static async Task<(int ExitCode, string Output)> RunAsync(string kubeconfig, string[] arguments, CancellationToken cancellation = default)
    {
        await using var output = new StringWriter();
        int code = await RunAsync(kubeconfig, arguments, TextWriter.Synchronized(output), cancellation);
        return (code, output.ToString());
    }

    /// <param name="both">What goes to stdout and stderr, as it comes.</param>
    public static Task<int> RunAsync(string kubeconfig, string[] arguments, TextWriter both, CancellationToken cancellation)
    {
        var console = new CliConsole
        {
            Out = both,
            Error = both,
            In = TextReader.Null,
            OutIsTerminal = false,
            InIsTerminal = false,
            Width = null,
            Colour = false,
            Time = TimeProvider.System,
        };
        return CommandLine.RunAsync([.. arguments, "--kubeconfig", kubeconfig], CliContext.OfProcess(console), cancellation);
    }
}
