using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Core.Routing.Recovery;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Hosting.Loops;
using NodeGuard.Linux.Systemd.Config;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Agent.Guarding;

/// <summary>The route guard with all that stands behind it, as the agent's host and the control API see it.</summary>
public sealed partial class GuardService : IHostedGuard
{
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(5);

    private readonly GuardSurroundings _surroundings;
    private readonly ILogger _log;
    private readonly FlightMark _mark;
    private readonly LedgerStore _ledgerStore;
    private readonly EpisodeStore _episodes;
    private readonly NetworkdFollower _follower;
    private readonly GuardThread _thread;
    private readonly EpisodeBook _book;
    private readonly LedgerKeeper _keeper;
    private readonly FlushCause _cause;
    private readonly BusLoop _bus;
    private readonly PreventionLoop _prevention;
    private readonly HostPrevention _host;
    private readonly QuietCollection _garbage = new(new ProcessGarbage());
    private readonly DateTimeOffset _startedAt;
    private AgentOptions _options;
    private LedgerBinding _live = new("", 0, null);
    private volatile GuardStatus _status;
    private long _overrunsCounted;
    private long _readsCounted;
    private long _compiledCounted;
    private long _allocatedCounted;

    public GuardService(GuardSurroundings surroundings)
    {
        _surroundings = surroundings;
        _options = surroundings.Options;
        _log = surroundings.Loggers.CreateLogger("routes");
        _startedAt = surroundings.Time.GetUtcNow();
        TryCreate(_options.StateDirectory);
        _mark = FlightMark.Open(Path.Combine(_options.StateDirectory, "flight"));
        _ledgerStore = new LedgerStore(_options.StateDirectory);
        _episodes = new EpisodeStore(_options.StateDirectory, _options.Routes.HistorySize);
        _cause = new FlushCause(_options.ProcRoot, surroundings.Time);
        _follower = new NetworkdFollower(_options.ProcRoot, surroundings.Time, _log);
        _thread = new GuardThread(
            new GuardThreadOptions
            {
                MaxObjects = _options.Routes.MaxObjects,
                ReceiveBufferBytes = _options.ReceiveBufferBytes,
                RealtimePriority = _options.RealtimePriority,
                ResyncInterval = _options.Routes.ResyncInterval,
            },
            new NetlinkAuthors(_options.ProcRoot),
            _mark);
        _book = new EpisodeBook(_thread, _episodes, surroundings.Metrics, surroundings.Time, _log, _cause.Now);
        _keeper = new LedgerKeeper(
            _thread, _ledgerStore, surroundings.Metrics, surroundings.Time, _log,
            () => _live with { NetworkdInvocation = _follower.View.SettledIdentity ?? _live.NetworkdInvocation });
        _follower.Changed += _ => _keeper.Hint();
        _bus = new BusLoop(_thread, _follower, _cause, surroundings.Time, _log);
        surroundings.Dependencies.Add("system bus", _bus.CheckAsync);
        surroundings.Dependencies.Add("systemd-networkd", _ => Task.FromResult(CheckNetworkd()));
        var root = new HostRoot();
        _host = new HostPrevention(root);
        _prevention = new PreventionLoop(_thread, _follower, root, () => _bus.SystemdVersion, surroundings, _log);
        _bus.VersionKnown += _prevention.Hint;
        _status = Describe(LedgerCounts.None, GuardState.Starting);
    }

    public GuardStatus Status => _status;

    public IReadOnlyList<EpisodeRecord> Episodes => _episodes.Episodes;

    public Task Completion => FailAsync();

    public IReadOnlyList<AgentLoop> Loops =>
    [
        new("networkd", 3 * Beat.Interval, (beat, token) => _follower.RunAsync(_thread, beat, token)),
        new("bus", 3 * Beat.Interval, _bus.RunAsync),
        new("episodes", 3 * Beat.Interval, _book.RunAsync),
        new("ledger", 3 * Beat.Interval, _keeper.RunAsync),
        new("prevention", 3 * Beat.Interval, _prevention.RunAsync),
        new("status", 3 * Beat.Interval, KeepStatusAsync),
    ];

    public async Task StartAsync(CancellationToken cancellation)
    {
        NetworkdView networkd = _follower.LookFirst();
        NetworkdFollower.Tell(_thread, networkd, networkd);
        RouteOptions routes = _options.Routes;
        _thread.Guard.Filter = routes.Exclude;
        _thread.Guard.PromotesSecondaries = new AddressPromotion(_options.ProcRoot, _thread.LinkTable.NameOf).IsOn;
        _thread.Guard.SetRestores(routes.Mode == GuardMode.Restore, Clock.MonotonicNanoseconds());
        _thread.OwnerOf = new NetworkdOwnership(networkd.Links).OwnerOf;
        _live = StartupLoader.ReadBinding(_options.ProcRoot, networkd.Process?.Identity);
        _thread.Heartbeat = _surroundings.Heartbeats.Register("guard", Beat.Interval);
        _thread.Start();
        await _thread.Started.WaitAsync(cancellation);
        await new StartupLoader(_ledgerStore, _mark, _log).LoadAsync(_thread, _live, cancellation);
        _episodes.Load();
        await _prevention.StartAsync(cancellation);
        await RefreshStatusAsync(cancellation);
        NetworkdView last = networkd;
        _follower.Changed += view =>
        {
            if (view.Process is { } process && process.Identity != last.Process?.Identity)
            {
                _cause.NoteStart();
            }

            last = view;
        };
    }

    public void Reload(AgentOptions options)
    {
        _options = options;
        _prevention.Reload(options.Routes);
        _thread.Post(thread =>
        {
            thread.Guard.Filter = options.Routes.Exclude;
            thread.Guard.SetRestores(options.Routes.Mode == GuardMode.Restore, Clock.MonotonicNanoseconds());
            thread.Guard.OnOverrun();
        });
    }

    public IAsyncEnumerable<RouteEvent> WatchAsync(CancellationToken cancellation) => _book.WatchAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _keeper.SaveAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // The guard's thread has died: what was saved last must do.
        }

        _bus.Dispose();
        _thread.Dispose();
        _book.Take();
        _book.Dispose();
        _keeper.Dispose();
        _prevention.Dispose();
        _follower.Dispose();
        _mark.Dispose();
    }

    private async Task FailAsync() => throw new InvalidOperationException(
        "the guard's thread died", await _thread.Died.Task);

    private async Task KeepStatusAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        while (true)
        {
            heartbeat.Beat();
            LedgerCounts counts = await RefreshStatusAsync(cancellation);
            _garbage.Look(counts.EpisodeRunning);
            await Task.Delay(Beat.Until(_surroundings.Time, StatusInterval), _surroundings.Time, cancellation);
        }
    }

    private async Task<LedgerCounts> RefreshStatusAsync(CancellationToken cancellation)
    {
        LedgerCounts counts = await _thread.AskAsync(thread => LedgerCounts.Of(thread.Guard), cancellation);
        CountReads();
        _status = Describe(counts, null);
        return counts;
    }

    private void CountReads()
    {
        for (; _overrunsCounted < _thread.Overruns; _overrunsCounted++)
        {
            _surroundings.Metrics.NetlinkOverrun();
        }

        for (; _compiledCounted < _thread.MethodsCompiled; _compiledCounted++)
        {
            _surroundings.Metrics.MethodCompiled();
        }

        _surroundings.Metrics.Allocated(_thread.AllocatedInEpisodes - _allocatedCounted);
        _allocatedCounted = _thread.AllocatedInEpisodes;
        for (; _readsCounted < _thread.FullReads; _readsCounted++)
        {
            _surroundings.Metrics.NetlinkDump();
        }
    }

    private static void TryCreate(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever writes there tells what fails, and guarding needs no disk (invariant 4).
        }
    }
}
