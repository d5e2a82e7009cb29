using System.Diagnostics.Metrics;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;

namespace NodeGuard.Agent.Metrics;

/// <summary>What made networkd flush, as far as a metric's bounded labels tell it.</summary>
public enum EpisodeCause
{
    Unknown,
    UnitJob,
    PackageRun,
    FoundAtStart,
}

/// <summary>How far the drop-ins that prevent a flush are in place.</summary>
public enum HardeningState
{
    Unknown,
    Off,
    Applied,
    Partial,
    Failed,
}

/// <summary>Every instrument of the agent, once. Names are what Prometheus sees; units are seconds and bytes.</summary>
public sealed class AgentMetrics : IDisposable
{
    // 10 microseconds, where a restored rule should be, to 10 seconds, where people notice.
    private static readonly double[] GapBounds =
        [1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Meter _meter;
    private readonly Counter<long> _lost;
    private readonly Counter<long> _restored;
    private readonly Counter<long> _forgotten;
    private readonly Counter<long> _vanished;
    private readonly Counter<long> _notRestorable;
    private readonly Counter<long> _contention;
    private readonly Histogram<double> _gap;
    private readonly Counter<long> _episodes;
    private readonly Counter<long> _overruns;
    private readonly Counter<long> _compiled;
    private readonly Counter<long> _allocated;
    private readonly Counter<long> _dumps;
    private readonly Counter<long> _loopFailures;
    private readonly Counter<long> _reloads;
    private readonly Gauge<long> _ledgerBytes;
    private readonly Gauge<double> _ledgerWritten;
    private readonly Counter<long> _ledgerWriteFailures;
    private Func<long>? _eventsDropped;
    private HardeningState _hardening;
    private volatile UpdatesStatus? _updates;

    /// <param name="exposition">Scope of the meter: whoever listens with it sees every instrument from its creation on.</param>
    /// <param name="version">Of this program.</param>
    public AgentMetrics(PrometheusExposition exposition, string version)
    {
        _meter = new Meter(new MeterOptions("NodeGuard.Agent") { Scope = exposition, Version = version });
        _lost = Counter("nodeguard_objects_lost_total", "Foreign objects that were deleted against their owner's will.");
        _restored = Counter("nodeguard_objects_restored_total", "Lost objects that the kernel took back.");
        _forgotten = Counter("nodeguard_objects_forgotten_total", "Foreign objects that their owner or the kernel took away, left away.");
        _vanished = Counter("nodeguard_objects_vanished_total", "Foreign objects that were gone without a deletion seen, unexplained.");
        _notRestorable = Counter("nodeguard_objects_not_restorable_total", "Lost objects that the kernel refused to take back.");
        _contention = Counter("nodeguard_contention_total", "Restored objects that were deleted again in the same episode.");
        _gap = _meter.CreateHistogram(
            "nodeguard_restore_gap_seconds", "s", "From reading a deletion to the kernel's confirmation of the restore.", null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = GapBounds });
        _episodes = Counter("nodeguard_episodes_total", "Flushes, by what made networkd flush.");
        _overruns = Counter("nodeguard_netlink_overruns_total", "Times that the kernel dropped notifications for want of buffer.");
        _compiled = Counter(
            "nodeguard_guard_methods_compiled_total", "Methods that the runtime had to compile on the guard's thread since its first read; each may hold up a restore for milliseconds.");
        _allocated = Counter(
            "nodeguard_guard_episode_allocated_bytes_total", "Bytes that the guard's thread allocated during flushes; each allocation may hold up a restore for 5 ms.");
        _dumps = Counter("nodeguard_netlink_dumps_total", "Full reads of the kernel's routing objects.");
        _loopFailures = Counter("nodeguard_loop_failures_total", "Loops that failed and were started again.");
        _reloads = Counter("nodeguard_config_reloads_total", "Reloads of the configuration, by outcome.");
        _ledgerBytes = _meter.CreateGauge<long>("nodeguard_ledger_bytes", "By", "Size of the ledger's file as last written.");
        _ledgerWritten = _meter.CreateGauge<double>(
            "nodeguard_ledger_last_write_timestamp_seconds", "s", "When the ledger's file was last written.");
        _ledgerWriteFailures = Counter("nodeguard_ledger_write_failures_total", "Times that the ledger's file could not be written.");
        ObserveOwn(version);
        StartAtZero();
    }

    public void Lost(ObjectKind kind) => _lost.Add(1, Kind(kind));

    /// <param name="kind">Of the object.</param>
    /// <param name="gap">Null when the deletion itself was not seen.</param>
    public void Restored(ObjectKind kind, TimeSpan? gap)
    {
        _restored.Add(1, Kind(kind));
        if (gap is { } time)
        {
            _gap.Record(time.TotalSeconds, Kind(kind));
        }
    }

    public void Forgotten(ObjectKind kind) => _forgotten.Add(1, Kind(kind));

    public void Vanished(ObjectKind kind) => _vanished.Add(1, Kind(kind));

    public void NotRestorable(ObjectKind kind) => _notRestorable.Add(1, Kind(kind));

    public void Contended(ObjectKind kind) => _contention.Add(1, Kind(kind));

    public void EpisodeStarted(EpisodeCause cause) => _episodes.Add(1, Label("cause", MetricLabels.Of(cause)));

    public void NetlinkOverrun() => _overruns.Add(1);

    public void MethodCompiled() => _compiled.Add(1);

    public void Allocated(long bytes) => _allocated.Add(bytes);

    public void NetlinkDump() => _dumps.Add(1);

    public void LoopFailed(string loop) => _loopFailures.Add(1, Label("loop", loop));

    public void Reloaded(bool done) => _reloads.Add(1, Label("outcome", done ? "done" : "refused"));

    public void LedgerWritten(long bytes, DateTimeOffset at)
    {
        _ledgerBytes.Record(bytes);
        _ledgerWritten.Record(at.ToUnixTimeMilliseconds() / 1000.0);
    }

    public void LedgerWriteFailed() => _ledgerWriteFailures.Add(1);

    public void SetHardening(HardeningState state) => _hardening = state;

    internal void SetUpdates(UpdatesStatus status) => _updates = status;

    /// <summary>Where to read how many events the hot path could not hand over.</summary>
    public void ObserveEventsDropped(Func<long> dropped) => _eventsDropped = dropped;

    /// <summary>Gauges that mirror the guard's status, read at each scrape.</summary>
    public void ObserveGuard(Func<GuardStatus> status) => GuardGauges.Create(_meter, status);

    /// <summary>Gauges of what is pending, read at each scrape.</summary>
    internal void ObservePending(Func<PendingStatus?> status) => PendingGauges.Create(_meter, status);

    /// <summary>Gauges of drift, read at each scrape.</summary>
    internal void ObserveDrift(DriftReadings readings) => DriftGauges.Create(_meter, readings);

    /// <summary>When each loop last moved.</summary>
    public void ObserveLoops(LoopHeartbeats heartbeats) => _meter.CreateObservableGauge(
        "nodeguard_loop_last_iteration_timestamp_seconds",
        () => heartbeats.Loops.Select(loop =>
            new Measurement<double>(loop.LastBeat.ToUnixTimeMilliseconds() / 1000.0, Label("loop", loop.Name))),
        "s",
        "When each loop last moved.");

    public void Dispose() => _meter.Dispose();

    internal static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private static KeyValuePair<string, object?> Kind(ObjectKind kind) => Label("kind", MetricLabels.Of(kind));

    private Counter<long> Counter(string name, string help) => _meter.CreateCounter<long>(name, null, help);

    private void ObserveOwn(string version)
    {
        _meter.CreateObservableGauge(
            "nodeguard_build_info", () => new Measurement<long>(1, Label("version", version)), null, "The running program.");
        _meter.CreateObservableCounter(
            "nodeguard_events_dropped_total", () => _eventsDropped?.Invoke() ?? 0L, null, "Events that the guard thread could not hand to the slower loops.");
        _meter.CreateObservableGauge(
            "nodeguard_hardening_state",
            () => Enum.GetValues<HardeningState>().Select(state =>
                new Measurement<long>(state == _hardening ? 1 : 0, Label("state", MetricLabels.Of(state)))),
            null,
            "Whether the drop-ins that prevent a flush are in place; 1 for the state that holds.");
        UpdateGauges.Create(_meter, () => _updates);
        ProcessGauges.Create(_meter);
    }

    /// <summary>A series that appears with its first event hides that event from rate().</summary>
    private void StartAtZero()
    {
        foreach (ObjectKind kind in Enum.GetValues<ObjectKind>())
        {
            foreach (Counter<long> counter in new[] { _lost, _restored, _forgotten, _vanished, _notRestorable, _contention })
            {
                counter.Add(0, Kind(kind));
            }
        }

        foreach (EpisodeCause cause in Enum.GetValues<EpisodeCause>())
        {
            _episodes.Add(0, Label("cause", MetricLabels.Of(cause)));
        }

        _overruns.Add(0);
        _compiled.Add(0);
        _allocated.Add(0);
        _dumps.Add(0);
        _ledgerWriteFailures.Add(0);
        _reloads.Add(0, Label("outcome", "done"));
        _reloads.Add(0, Label("outcome", "refused"));
    }
}
