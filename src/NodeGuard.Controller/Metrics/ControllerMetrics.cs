using System.Diagnostics.Metrics;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Metrics;

/// <summary>
/// Every instrument of the controller, once. Labels are words of this program and names of policies: never a node, of which
/// there may be thousands and a new one each day.
/// </summary>
public sealed class ControllerMetrics : IDisposable
{
    // A reboot takes minutes; a drain may wait for hours.
    private static readonly double[] RecycleBounds = [15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400];

    // A plan of 5,000 nodes should take 20 ms; a look waits for the server.
    private static readonly double[] LookBounds = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _looks;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _notifications;
    private readonly Histogram<double> _phase;
    private readonly Histogram<double> _whole;
    private readonly Histogram<double> _look;
    private readonly Histogram<double> _plan;
    private volatile FleetSight? _sight;
    private volatile bool _leading;

    /// <param name="scope">Of the meter, by which a listener finds it; null for none.</param>
    /// <param name="version">Of this program.</param>
    public ControllerMetrics(object? scope = null, string version = "unknown")
    {
        _meter = new Meter(new MeterOptions("NodeGuard.Controller") { Scope = scope, Version = version });
        _started = Counter("nodeguard_recycles_started_total", "Recycles that were given their slot, each try, by policy and most urgent reason.");
        _ended = Counter("nodeguard_recycles_ended_total", "Recycles that ended, by policy and outcome.");
        _looks = Counter("nodeguard_looks_total", "Looks at the whole fleet, by outcome.");
        _calls = Counter("nodeguard_api_calls_total", "Calls to the API server apart from those of caches and drains, by verb.");
        _errors = Counter("nodeguard_api_errors_total", "Those that failed, by verb and kind; a conflict or a missing object is often no fault.");
        _notifications = Counter("nodeguard_notifications_total", "Tries to tell people by a webhook, by event and outcome.");
        _phase = Histogram("nodeguard_recycle_phase_seconds", "How long recycles were in each phase.", RecycleBounds);
        _whole = Histogram("nodeguard_recycle_seconds", "From the slot of the last try to the end, by outcome.", RecycleBounds);
        _look = Histogram("nodeguard_look_seconds", "Of one look at the whole fleet, with all that follows from it.", LookBounds);
        _plan = Histogram("nodeguard_plan_seconds", "Of one plan.", LookBounds);
        _meter.CreateObservableGauge("nodeguard_build_info", () => new Measurement<long>(1, Label("version", version)), null, "The running program.");
        _meter.CreateObservableGauge("nodeguard_leader", () => _leading ? 1L : 0L, null, "1 while this controller leads; the fleet's gauges are there only then.");
        FleetGauges.Create(_meter, () => _leading ? _sight : null);
        StartAtZero();
    }

    /// <summary>For controllers that nobody scrapes: without a listener a meter holds nothing.</summary>
    public static ControllerMetrics Unheard { get; } = new();

    /// <summary>The last look of this term; null before the first, and while another controller leads.</summary>
    public FleetSight? Sight => _leading ? _sight : null;

    public bool Leading => _leading;

    /// <summary>What a controller knew that leads no more says nothing about the fleet.</summary>
    public void SetLeading(bool leading)
    {
        _sight = null;
        _leading = leading;
    }

    public void Saw(FleetSight sight)
    {
        foreach (PolicyOutlook policy in sight.Plan.Policies)
            Knows(policy.Name);
        _sight = sight;
    }

    public void Planned(TimeSpan took) => _plan.Record(took.TotalSeconds);

    /// <param name="complete">False when it broke off.</param>
    public void Looked(TimeSpan took, bool complete)
    {
        _look.Record(took.TotalSeconds);
        _looks.Add(1, Label("outcome", complete ? "done" : "failed"));
    }

    public void Started(string policy, RecycleReason? reason) =>
        _started.Add(1, Label("policy", policy), Label("reason", MetricWords.Of(reason)));

    /// <param name="phase">That is over.</param>
    public void PhaseOver(RecyclePhase phase, TimeSpan took) => _phase.Record(Seconds(took), Label("phase", MetricWords.Of(phase)));

    /// <param name="outcome">A final phase.</param>
    /// <param name="took">Null when it never started.</param>
    public void Ended(string policy, RecyclePhase outcome, TimeSpan? took)
    {
        _ended.Add(1, Label("policy", policy), Label("outcome", MetricWords.Of(outcome)));
        if (took is { } time)
            _whole.Record(Seconds(time), Label("outcome", MetricWords.Of(outcome)));
    }

    public void Called(string verb, ApiFailureKind? failed)
    {
        _calls.Add(1, Label("verb", verb));
        if (failed is { } kind)
            _errors.Add(1, Label("verb", verb), Label("kind", MetricWords.Of(kind)));
    }

    public void Notified(string what, string outcome) => _notifications.Add(1, Label("event", what), Label("outcome", outcome));

    public void Dispose() => _meter.Dispose();

    internal static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    // A clock that was set back makes no negative durations.
    private static double Seconds(TimeSpan took) => Math.Max(0, took.TotalSeconds);

    private Counter<long> Counter(string name, string help) => _meter.CreateCounter<long>(name, null, help);

    private Histogram<double> Histogram(string name, string help, double[] bounds) => _meter.CreateHistogram(
        name, "s", help, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    /// <summary>A series that appears with its first event hides that event from rate().</summary>
    private void StartAtZero()
    {
        _looks.Add(0, Label("outcome", "done"));
        _looks.Add(0, Label("outcome", "failed"));
    }

    private void Knows(string policy)
    {
        foreach (RecyclePhase outcome in (ReadOnlySpan<RecyclePhase>)[RecyclePhase.Succeeded, RecyclePhase.Failed, RecyclePhase.Cancelled])
            _ended.Add(0, Label("policy", policy), Label("outcome", MetricWords.Of(outcome)));
    }
}
