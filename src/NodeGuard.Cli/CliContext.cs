using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Guarding;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Updates;
using NodeGuard.Cli.Control;
using NodeGuard.Cli.Drills;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Terminal;
using NodeGuard.Cli.Updates;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Cli;

/// <summary>All that a command may know of the world around it; tests give their own.</summary>
public sealed record CliContext
{
    public const string DefaultSocketPath = "/run/nodeguard/agent.sock";

    public required CliConsole Console { get; init; }

    public required Func<string, string?> Environment { get; init; }

    /// <summary>Runs the daemon with this configuration until it is cancelled, and gives its exit status.</summary>
    public required Func<ConfigurationSources, CancellationToken, Task<int>> RunAgent { get; init; }

    /// <summary>This program, for the drill that starts it again.</summary>
    public string ProgramPath { get; init; } = System.Environment.ProcessPath ?? "/proc/self/exe";

    public required Func<IDrillHost> DrillHost { get; init; }

    public required Func<IPreventionHost> PreventionHost { get; init; }

    public required Func<IUpdateHost> UpdateHost { get; init; }

    /// <summary>The cluster that a kubeconfig, or the pod's own account, names.</summary>
    public required Func<ClusterRequest, ClusterAnswer> Cluster { get; init; }

    public DrillTiming DrillTiming { get; init; } = new();

    public Option<string> SocketOption { get; } = new("--socket")
    {
        Description = $"the agent's control socket (default $NODEGUARD_HTTP_SOCKET, else {DefaultSocketPath})",
        HelpName = "path",
        Recursive = true,
    };

    public static CliContext OfProcess(CliConsole console) => new()
    {
        Console = console,
        Environment = System.Environment.GetEnvironmentVariable,
        RunAgent = new AgentProcess(
            console, ServiceManagerSocket.OfProcess(), static surroundings => new GuardService(surroundings), HostUpdates.Hold).RunAsync,
        DrillHost = static () => new LinuxDrillHost(),
        Cluster = request => ProcessCluster.Reach(request, console),
        UpdateHost = () => new LinuxUpdateHost(console.Time),
        PreventionHost = static () => new LinuxPreventionHost(new Systemctl(), new HostRoot(), KernelObjects.Live),
    };

    /// <summary>Where an agent that runs, or should run, on this host is known by; tests give none.</summary>
    public IReadOnlyList<string> AgentPaths { get; init; } = [DefaultSocketPath, "/etc/systemd/system/nodeguard-agent.service", "/usr/lib/systemd/system/nodeguard-agent.service"];

    public ControlClient Connect(ParseResult parsed) => new(AskedSocket(parsed) ?? DefaultSocketPath);

    /// <summary>A socket was named, or this host has an agent, or had one installed.</summary>
    public bool IsAgentExpected(ParseResult parsed) => AskedSocket(parsed) is not null || AgentPaths.Any(File.Exists);

    private string? AskedSocket(ParseResult parsed)
    {
        var path = parsed.GetValue(SocketOption) ?? Environment("NODEGUARD_HTTP_SOCKET");
        return string.IsNullOrEmpty(path) ? null : path;
    }

    /// <summary>False after it was said on stderr why not.</summary>
    public bool TryReach(ClusterRequest request, [NotNullWhen(true)] out ClusterAnswer.Access? access)
    {
        var answer = Cluster(request);
        access = answer as ClusterAnswer.Access;
        if (answer is ClusterAnswer.None none)
            Console.WriteError(none.Message);
        return access is not null;
    }

    /// <summary>Says on stderr what went wrong, and gives the exit status that means it.</summary>
    public int Report(ControlFailure failure)
    {
        Console.WriteError(failure.Message);
        return failure.Kind is ControlFailureKind.Refused ? ExitCodes.Refused : ExitCodes.AgentUnreachable;
    }
}
