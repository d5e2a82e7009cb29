using NodeGuard.Cli;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>The program's own command line, in this process.</summary>
internal static class NodeGuardRunner
{
    public static async Task<(int ExitCode, string Output)> RunAsync(string kubeconfig, string[] arguments, CancellationToken cancellation = default)
    {
        await using var output = new StringWriter();
        TextWriter both = TextWriter.Synchronized(output);
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
        int code = await CommandLine.RunAsync([.. arguments, "--kubeconfig", kubeconfig], CliContext.OfProcess(console), cancellation);
        return (code, output.ToString());
    }
}
