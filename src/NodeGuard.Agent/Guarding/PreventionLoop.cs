using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Agent.Metrics;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Keeps the drop-ins that make networkd spare foreign objects in step with its links, its .network files and the
/// objects on them. What it wrote stays when the agent goes (invariant 9).
/// </summary>
internal sealed partial class PreventionLoop : IDisposable
{
    // A start must not wait for slow files: guarding goes on without.
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(100);

    // Files and links change in bursts, as when netplan writes them all anew.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LedgerInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FullInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RemovalInterval = TimeSpan.FromSeconds(2);

    // A walk through the ledger of n milliseconds is followed by a pause of 100 n.
    private const int PauseFactor = 100;

    private static readonly IReadOnlySet<int> None = new HashSet<int>();

    private readonly GuardThread _thread;
    private readonly NetworkdFollower _follower;
    private readonly PreventionPass _pass;
    private readonly DirectoryWatch _watch;
    private readonly Func<string?> _managerVersion;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly WakeSignal _wake = new();
    private readonly LedgerWatch _ledger;
    private readonly HashSet<int> _carrying = [];
    private volatile RouteOptions _options;
    private volatile IReadOnlyList<string> _problems = [];
    private NetworkdView _seen = NetworkdView.Nothing;
    private Task _first = Task.CompletedTask;
    private IReadOnlyList<PreventedLink> _links = [];
    private long _ledgerVersion = -1;
    private long _asked;
    private TimeSpan _pause;
    private bool _hinted;

    /// <param name="thread">Holds the ledger.</param>
    /// <param name="follower">Knows networkd's links.</param>
    /// <param name="root">Of the host.</param>
    /// <param name="managerVersion">systemd's version as the bus tells it; null when it does not.</param>
    /// <param name="surroundings">Of the guard.</param>
    /// <param name="log">Where to tell of changes.</param>
    public PreventionLoop(
        GuardThread thread, NetworkdFollower follower, HostRoot root, Func<string?> managerVersion, GuardSurroundings surroundings, ILogger log)
    {
        _thread = thread;
        _follower = follower;
        _pass = new PreventionPass(root, surroundings.Time);
        _watch = new DirectoryWatch(root, ["/etc/systemd/network", "/run/systemd/network"], Hint);
        _managerVersion = managerVersion;
        _metrics = surroundings.Metrics;
        _time = surroundings.Time;
        _options = surroundings.Options.Routes;
        _log = log;
        _ledger = thread.WatchLedger(_wake.Set);
        follower.Changed += OnNetworkd;
    }

    /// <summary>What keeps prevention from its effect, one sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The first pass; comes back without it when it takes long, and the loop ends it.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _first = Task.Run(() => PassAsync(cancellation), cancellation);
        await Task.WhenAny(_first, Task.Delay(FirstPatience, _time, cancellation));
    }

    public void Reload(RouteOptions options)
    {
        _options = options;
        Hint();
    }

    /// <summary>Something that the plan depends on may have changed.</summary>
    public void Hint()
    {
        Volatile.Write(ref _hinted, true);
        _wake.Set();
    }

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        Task first = _first;
        _first = Task.CompletedTask;
        await first;
        long passed = _time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            if (await WaitAsync(cancellation) || _time.GetElapsedTime(passed) > (_pass.WaitsToRemove ? RemovalInterval : FullInterval)
                || await NewForeignAsync(cancellation))
            {
                await PassAsync(cancellation);
                passed = _time.GetTimestamp();
            }
        }
    }

    public void Dispose()
    {
        _follower.Changed -= OnNetworkd;
        _watch.Dispose();
        _wake.Dispose();
    }

    /// <summary>True when the plan may have changed; false when only the ledger did, a second ago or more, or nothing.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        _ledger.Arm(_ledgerVersion);
        bool woken = await _wake.WaitAsync(_pass.WaitsToRemove ? RemovalInterval : Beat.Next, cancellation);
        if (woken && !Volatile.Read(ref _hinted))
        {
            await _wake.WaitAsync(LedgerInterval, cancellation);
        }

        bool hinted = Volatile.Read(ref _hinted);
        if (hinted)
        {
            await Task.Delay(Settling, _time, cancellation);
            Volatile.Write(ref _hinted, false);
        }

        return hinted;
    }

    /// <summary>Observing is looking: nothing is written, and nothing taken away either.</summary>
    private static HardenMode? Wanted(RouteOptions options) => options.Mode == GuardMode.Restore ? options.Harden : null;

    private void OnNetworkd(NetworkdView view)
    {
        NetworkdView before = _seen;
        _seen = view;
        bool same = before.Process == view.Process
            && (before.Links ?? []).SequenceEqual(view.Links ?? [])
            && before.Links is null == view.Links is null;
        if (!same)
        {
            Hint();
        }
    }

    private async Task PassAsync(CancellationToken cancellation)
    {
        _watch.Renew();
        HardenMode? mode = Wanted(_options);
        NetworkdView networkd = _follower.View;
        PreventionInput input = _pass.Read(mode, networkd, _managerVersion(), _thread.LinkTable.NameOf);
        if (input.Links is { } links)
        {
            await AskLedgerAsync(links, cancellation);
            _links = [.. links.Select(link => link with { CarriesForeignObjects = _carrying.Contains(link.Index) })];
            input = input with { Links = _links };
        }

        PreventionResult result = _pass.Apply(mode, input, networkd.Process is not null);
        foreach (string change in result.Changes)
        {
            LogChange(_log, change);
        }

        foreach (string problem in result.Problems.Except(_problems))
        {
            LogProblem(_log, problem);
        }

        _problems = result.Problems;
        _metrics.SetHardening(result.State);
    }

    /// <summary>A link that carried nothing foreign so far does now.</summary>
    private async Task<bool> NewForeignAsync(CancellationToken cancellation)
    {
        if (_thread.Guard.Ledger.Version == _ledgerVersion)
        {
            return false;
        }

        int before = _carrying.Count;
        await AskLedgerAsync(_links, cancellation);
        return _carrying.Count != before;
    }

    /// <summary>
    /// A drop-in once written stays for as long as its link does, so only links that carry nothing yet are asked for:
    /// on a busy node this soon asks nothing at all.
    /// </summary>
    private async Task AskLedgerAsync(IReadOnlyList<PreventedLink> links, CancellationToken cancellation)
    {
        _carrying.IntersectWith(links.Select(link => link.Index));
        var question = new ForeignLinks(links.Where(link => !_carrying.Contains(link.Index)));
        _ledgerVersion = -1;
        if (_time.GetElapsedTime(_asked) < _pause)
        {
            return;
        }

        (long version, IReadOnlySet<int> found) = await _thread.AskAsync(Answer, cancellation);
        _ledgerVersion = version;
        _carrying.UnionWith(found);

        // Restoring comes first: a ledger of 100,000 objects takes milliseconds to walk.
        (long Version, IReadOnlySet<int> Found) Answer(GuardThread thread)
        {
            if (thread.Guard.Episode.Running)
            {
                return (-1, None);
            }

            if (question.AsksNothing)
            {
                return (thread.Guard.Ledger.Version, None);
            }

            long started = _time.GetTimestamp();
            IReadOnlySet<int> carrying = question.In(thread.Guard.Ledger);
            _pause = _time.GetElapsedTime(started) * PauseFactor;
            _asked = _time.GetTimestamp();
            return (thread.Guard.Ledger.Version, carrying);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "prevention: {Change}")]
    private static partial void LogChange(ILogger log, string change);

    [LoggerMessage(Level = LogLevel.Warning, Message = "prevention: {Problem}")]
    private static partial void LogProblem(ILogger log, string problem);
}
