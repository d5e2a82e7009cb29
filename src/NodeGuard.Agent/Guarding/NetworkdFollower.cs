using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Hosting;
using NodeGuard.Core.Routing;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>What is known of networkd at one instant.</summary>
internal sealed record NetworkdView
{
    public static readonly NetworkdView Nothing = new();

    /// <summary>Null when none runs.</summary>
    public NetworkdProcess? Process { get; init; }

    public NetworkdSockets? Sockets { get; init; }

    /// <summary>Null when its state files cannot be read.</summary>
    public IReadOnlyList<NetworkdLink>? Links { get; init; }

    /// <summary>Identity of the newest start whose passes over the links are over.</summary>
    public string? SettledIdentity { get; init; }

    public LinksState LinksState =>
        Process is null || Links is null ? LinksState.Unknown
        : Links.All(link => link.Settled) ? LinksState.Settled
        : LinksState.Configuring;
}

/// <summary>
/// Follows networkd: its process, its rtnetlink sockets, its links; and tells the guard. Changes of its state files and
/// signals of the bus are hints to look at once; what is read decides.
/// </summary>
internal sealed partial class NetworkdFollower : IDisposable
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileConfiguring = TimeSpan.FromMilliseconds(200);

    // A process scan reads a few files of every process; without a hint it is not repeated more often than this.
    private static readonly TimeSpan ScanInterval = TimeSpan.FromSeconds(30);

    private readonly string _procRoot;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WakeSignal _hint = new();
    private readonly DirectoryWatch _states;
    private long _lastScan;
    private volatile NetworkdView _view = NetworkdView.Nothing;
    private bool _hinted;

    public NetworkdFollower(string procRoot, TimeProvider time, ILogger log)
    {
        _procRoot = procRoot;
        _time = time;
        _log = log;
        // networkd rewrites its state files at its start and at every change of a link.
        _states = new DirectoryWatch(new HostRoot(), ["/run/systemd/netif"], Hint);
    }

    public NetworkdView View => _view;

    /// <summary>Told after each look that found something new, outside the guard's thread.</summary>
    public event Action<NetworkdView>? Changed;

    /// <summary>A look before the guard starts, so that its first notification already knows networkd's portids.</summary>
    public NetworkdView LookFirst()
    {
        Look(scan: true);
        return _view;
    }

    /// <summary>Something may have happened to networkd.</summary>
    public void Hint()
    {
        _hinted = true;
        _hint.Set();
    }

    public async Task RunAsync(GuardThread thread, LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            bool busy = _view.LinksState == LinksState.Configuring || thread.Guard.Episode.Running;
            await _hint.WaitAsync(busy ? WhileConfiguring : Beat.Until(_time, Rest), cancellation);
            bool hinted = _hinted;
            _hinted = false;
            NetworkdView before = _view;
            Look(hinted || _time.GetElapsedTime(_lastScan) > ScanInterval);
            Tell(thread, before, _view);
        }
    }

    public void Dispose()
    {
        _states.Dispose();
        _hint.Dispose();
    }

    /// <summary>Hands the portids and the links' state to the guard, and the word of a restart.</summary>
    public static void Tell(GuardThread thread, NetworkdView before, NetworkdView now)
    {
        bool restarted = now.Process is { } process && before.Process?.Identity != process.Identity;
        LinksState links = now.LinksState;
        uint[] portIds = now.Sockets switch
        {
            NetworkdSockets.Found found => found.PortIds,
            NetworkdSockets.Assumed assumed => assumed.PortIds,
            _ => [],
        };
        thread.Post(guard =>
        {
            guard.Links = links;
            if (portIds.Length > 0)
            {
                guard.Authors.SetNetworkd(portIds);
            }
            else if (now.Process is null && before.Process is { } ended)
            {
                guard.Authors.ForgetProcess(ended.Pid);
            }

            if (restarted)
            {
                guard.Guard.OnNetworkdStarted(Clock.MonotonicNanoseconds());
            }
        });
    }

    private void Look(bool scan)
    {
        NetworkdView before = _view;
        NetworkdProcess? process = before.Process;
        if (scan || (process is not null && !Directory.Exists($"{_procRoot}/{process.Pid}")))
        {
            // Without networkd there is no such directory, and it makes those below anew.
            _states.Renew();
            process = Find(before.Process);
            _lastScan = _time.GetTimestamp();
        }

        bool same = process is not null && process == before.Process;
        NetworkdSockets? sockets = same && before.Sockets is NetworkdSockets.Found
            ? before.Sockets
            : process is null ? null : NetworkdSockets.Find(_procRoot, process.Pid);
        var view = new NetworkdView { Process = process, Sockets = sockets, Links = NetworkdLinks.Read() };
        _view = view with
        {
            SettledIdentity = view.LinksState == LinksState.Settled ? process?.Identity : before.SettledIdentity,
        };
        if (before.Process?.Identity != process?.Identity)
        {
            LogProcess(_log, process is null ? "not running" : $"running as pid {process.Pid}, start {process.Identity}");
        }

        Changed?.Invoke(_view);
    }

    /// <summary>A proc mount that cannot be read says nothing: what was known stays.</summary>
    private NetworkdProcess? Find(NetworkdProcess? known)
    {
        try
        {
            return NetworkdProcess.Find(_procRoot);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNoProc(_log, _procRoot, e.Message);
            return known;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "systemd-networkd is {State}")]
    private static partial void LogProcess(ILogger log, string state);

    [LoggerMessage(Level = LogLevel.Error, Message = "{ProcRoot} cannot be listed ({Problem}): whether networkd runs is unknown; mount the host's /proc there")]
    private static partial void LogNoProc(ILogger log, string procRoot, string problem);
}
