using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Cluster;
using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Images;
using NodeGuard.Agent.Logging;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Hosting.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Bus;

namespace NodeGuard.Agent;

/// <summary>What a guard is made of besides itself.</summary>
public sealed record GuardSurroundings(
    AgentOptions Options,
    AgentMetrics Metrics,
    LoopHeartbeats Heartbeats,
    DependencyChecks Dependencies,
    ILoggerFactory Loggers,
    TimeProvider Time);

/// <summary>What keeps the host's own updates; each is null where nobody is to.</summary>
internal sealed record UpdateParts(IHostedHold? Hold, PendingLoop? Pending, UpdateRunLoop? Runs);

/// <summary>The loops' owners, for <see cref="AgentLoops"/>.</summary>
internal sealed record AgentParts(
    IHostedGuard Guard, WatchdogLoop Watchdog, ConfigurationReload Reload, ServeLoop Control, ServeLoop? Observer, ClusterConnectionLoop? Cluster, UpdateParts Updates, DriftLoop? Drift);

/// <summary>Starts the guard first and everything else behind it, and stops in the opposite order.</summary>
public sealed class AgentHost
{
    /// <summary>EX_TEMPFAIL of sysexits.h: another agent runs.</summary>
    public const int ExitAlreadyRunning = 75;

    private const int ExitFailed = 1;
    private const int MaxObserverConnections = 64;
    private const int MaxControlConnections = 32;

    private readonly ConfigurationResult _configuration;
    private readonly Func<ConfigurationResult> _read;
    private readonly AgentOptions _options;
    private readonly AgentLoggerFactory _loggers;
    private readonly IServiceNotifier _notifier;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <param name="read">Loads the configuration: once now, once for each SIGHUP.</param>
    /// <param name="loggers">See <see cref="AgentLoggerFactory.ToStandardError"/>.</param>
    /// <param name="notifier">The service manager.</param>
    /// <param name="time">The clock of all loops.</param>
    /// <param name="configuration">The result of the first load; its options are not null.</param>
    public AgentHost(
        ConfigurationResult configuration,
        Func<ConfigurationResult> read,
        AgentLoggerFactory loggers,
        IServiceNotifier notifier,
        TimeProvider time)
    {
        _configuration = configuration;
        _options = configuration.Options
            ?? throw new ArgumentException("the configuration has errors; print them instead of starting", nameof(configuration));
        _read = read;
        _loggers = loggers;
        _notifier = notifier;
        _time = time;
        _log = loggers.CreateLogger("agent");
    }

    public static string Version { get; } =
        typeof(AgentHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>Makes the hold of updates; without it there is none.</summary>
    public Func<GuardSurroundings, IHostedHold>? HoldFactory { get; init; }

    /// <summary>Makes the loop that knows what is pending; without it nobody does.</summary>
    public Func<GuardSurroundings, IHostedGuard, PendingLoop>? PendingFactory { get; init; }

    /// <summary>Makes the loop that updates this host when somebody wishes it; without it nobody does.</summary>
    public Func<GuardSurroundings, IHostedGuard, PendingLoop, UpdateRunLoop>? RunsFactory { get; init; }

    /// <summary>Makes the loop that compares this host with its image; without it nobody does.</summary>
    public Func<GuardSurroundings, DriftLoop>? DriftFactory { get; init; }

    /// <summary>Told when the observer's port is bound, for tests that ask for port 0.</summary>
    internal event Action<int>? ObserverServed;

    /// <summary>Runs until SIGTERM, SIGINT or the token; the value is the process's exit status.</summary>
    public async Task<int> RunAsync(Func<GuardSurroundings, IHostedGuard> guardFactory, CancellationToken cancellation)
    {
        long startedAt = _time.GetTimestamp();
        LockOutcome taken = TakeLock();
        if (taken is LockOutcome.HeldBy other)
        {
            string holder = other.Pid is { } pid ? $"process {pid}" : "a process that left no pid";
            HostLog.AlreadyRunning(_log, holder, LockPath);
            return ExitAlreadyRunning;
        }

        using LockFile? held = (taken as LockOutcome.Taken)?.File;
        if (taken is LockOutcome.Unavailable unavailable)
        {
            HostLog.LockUnavailable(_log, unavailable.Reason);
        }

        using var exposition = new PrometheusExposition();
        using var metrics = new AgentMetrics(exposition, Version);
        var heartbeats = new LoopHeartbeats(_time);
        var surroundings = new GuardSurroundings(_options, metrics, heartbeats, new DependencyChecks(_time), _loggers, _time);
        try
        {
            await using IHostedGuard guard = guardFactory(surroundings);
            await guard.StartAsync(cancellation);
            HostLog.Guarding(_log, Version, AgentStatusLine.Of(guard.Status), (long)_time.GetElapsedTime(startedAt).TotalMilliseconds);
            return await RunLoopsAsync(guard, surroundings, exposition, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e)
        {
            HostLog.GuardFailed(_log, e);
            return ExitFailed;
        }
    }

    private string LockPath => $"{_options.RuntimeDirectory}/agent.lock";

    private LockOutcome TakeLock()
    {
        try
        {
            Directory.CreateDirectory(_options.RuntimeDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LockOutcome.Unavailable($"{_options.RuntimeDirectory} cannot be made: {e.Message}");
        }

        return LockFile.TryTake(LockPath);
    }

    private async Task<int> RunLoopsAsync(
        IHostedGuard guard, GuardSurroundings surroundings, PrometheusExposition exposition, CancellationToken cancellation)
    {
        surroundings.Metrics.ObserveGuard(() => guard.Status);
        surroundings.Metrics.ObserveLoops(surroundings.Heartbeats);
        surroundings.Dependencies.Add("state directory", token => StateDirectoryCheck.AskAsync(_options.StateDirectory, token));
        // No signals of the bus are wanted, only answers.
        using SystemBus? bus = _options.Cluster is null ? null : new SystemBus(new BusOptions { Matches = [] });
        using IHostedHold? hold = HoldFactory?.Invoke(surroundings);
        using PendingLoop? pending = PendingFactory?.Invoke(surroundings, guard);
        using UpdateRunLoop? runs = pending is null ? null : RunsFactory?.Invoke(surroundings, guard, pending);
        using DriftLoop? drift = DriftFactory?.Invoke(surroundings);
        using var reload = new ConfigurationReload(_configuration, _read, guard, hold, _loggers, surroundings.Metrics, _notifier);
        AgentParts parts = Assemble(guard, new UpdateParts(hold, pending, runs), drift, surroundings, exposition, reload, bus);

        using var signals = new StopSignals(cancellation);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload.Request();
        });
        var runner = new LoopRunner(surroundings.Heartbeats, surroundings.Metrics, _log, _time);
        Task loops = runner.RunAllAsync(AgentLoops.List(parts), signals.Token);
        _notifier.Ready(AgentStatusLine.Of(guard.Status));
        foreach (string name in _configuration.UnknownVariables)
        {
            HostLog.UnknownVariable(_log, name);
        }

        await Task.WhenAny(loops, guard.Completion);
        bool guardEnded = !signals.Token.IsCancellationRequested;
        HostLog.Stopping(_log, guardEnded ? "the route guard ended by itself" : signals.Reason);
        _notifier.Stopping();
        await signals.CancelAsync();
        await loops;
        if (guardEnded)
        {
            await guard.Completion;
            return ExitFailed;
        }

        return 0;
    }

    private AgentParts Assemble(
        IHostedGuard guard, UpdateParts updates, DriftLoop? drift, GuardSurroundings surroundings, PrometheusExposition exposition, ConfigurationReload reload, SystemBus? bus)
    {
        var control = new ServeLoop(
            "the control API",
            new UnixDomainSocketEndPoint(_options.Http.SocketPath),
            MaxControlConnections,
            new ControlApi(guard, updates.Hold, updates.Pending, updates.Runs, drift).HandleAsync,
            _loggers,
            _time,
            () => SocketFile.RemoveStale(_options.Http.SocketPath));
        ServeLoop? observer = null;
        if (_options.Http.Listen is { } listen)
        {
            var api = new ObserverApi(exposition, surroundings.Heartbeats, () => GuardReadiness.Of(guard.Status), surroundings.Dependencies);
            observer = new ServeLoop("metrics and probes", listen, MaxObserverConnections, api.HandleAsync, _loggers, _time);
            observer.Served += port => ObserverServed?.Invoke(port);
        }

        var watchdog = new WatchdogLoop(guard, surroundings.Heartbeats, _notifier, _log, _time);
        ClusterConnectionLoop? cluster = bus is null ? null : Cluster(_options.Cluster!, guard, updates, drift, bus);
        return new AgentParts(guard, watchdog, reload, control, observer, cluster, updates, drift);
    }

    private ClusterConnectionLoop Cluster(ClusterOptions cluster, IHostedGuard guard, UpdateParts updates, DriftLoop? drift, SystemBus bus)
    {
        var operations = new OperationExecutor(
            new OperationStore(_options.StateDirectory), new HostReboot(bus, _time), cluster.MayReboot, _time, _loggers.CreateLogger("operations"))
        {
            Need = () => updates.Pending?.Latest?.Reboot,
            Updates = new UpdateOperation(updates.Runs, updates.Pending, cluster.MayUpdate, _time),
        };
        return new ClusterConnectionLoop(_options, guard, operations, _loggers, _time, drift) { Hold = updates.Hold, Pending = updates.Pending };
    }
}
