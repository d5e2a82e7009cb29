using NodeGuard.Agent.Configuration;
using NodeGuard.Cli.Drills;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Updates;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>One command line run inside the test process.</summary>
public sealed record CliRun(int ExitCode, string Out, string Error)
{
    /// <param name="width">Columns of the terminal; null when output is piped.</param>
    public static async Task<CliRun> OfAsync(
        string[] arguments,
        string? socket = null,
        int? width = null,
        bool colour = false,
        string input = "",
        bool inputIsTerminal = false,
        IDrillHost? drillHost = null,
        IPreventionHost? preventionHost = null,
        IUpdateHost? updateHost = null,
        Func<ConfigurationSources, string>? runAgent = null,
        Func<ClusterRequest, ClusterAnswer>? cluster = null,
        IReadOnlyDictionary<string, string>? environment = null,
        CancellationToken cancellation = default)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole
        {
            Out = output,
            Error = error,
            In = new StringReader(input),
            OutIsTerminal = width is not null,
            InIsTerminal = inputIsTerminal,
            Width = width,
            Colour = colour,
            Time = new FixedTime(),
        };
        var context = new CliContext
        {
            Console = console,
            Environment = name => name == "NODEGUARD_HTTP_SOCKET" ? socket ?? "/nonexistent/agent.sock" : environment?.GetValueOrDefault(name),
            DrillHost = () => drillHost ?? throw new InvalidOperationException("This test has no host to drill."),
            PreventionHost = () => preventionHost ?? throw new InvalidOperationException("This test has no host to examine."),
            UpdateHost = () => updateHost ?? throw new InvalidOperationException("This test has no host whose updates could be held."),
            Cluster = cluster ?? (static _ => throw new InvalidOperationException("This test has no cluster.")),
            DrillTiming = new DrillTiming { Poll = TimeSpan.FromMilliseconds(1), Quiet = TimeSpan.Zero },
            RunAgent = async (sources, _) =>
            {
                await output.WriteAsync(runAgent?.Invoke(sources));
                return ExitCodes.Ok;
            },
        };
        var code = await CommandLine.RunAsync(arguments, context, cancellation);
        return new CliRun(code, output.ToString(), error.ToString());
    }
}
