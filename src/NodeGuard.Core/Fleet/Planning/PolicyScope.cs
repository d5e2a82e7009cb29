using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A policy with its nodes, and what follows from both for all of them.</summary>
internal sealed class PolicyScope
{
    // Longer than any month, so that the next of a monthly window is known.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(62);

    private readonly DateTimeOffset? _lastForAge;
    private readonly Dictionary<string, AgeTimes> _ages = [];
    private readonly Dictionary<string, int> _ageOrder = [];
    private readonly HashSet<string> _underWay;

    public PolicyScope(Policy policy, IReadOnlyList<FleetNode> nodes, FleetState state, DateTimeOffset now)
    {
        Now = now;
        Policy = policy;
        Nodes = nodes;
        _underWay = [.. state.Recycles.Where(static recycle => !recycle.Waiting).Select(static recycle => recycle.Node)];
        _lastForAge = state.Starts.Where(start => start.ForAge && start.Policy == policy.Name).Select(static start => (DateTimeOffset?)start.At).Max();
        DateTimeOffset from = _lastForAge < now ? _lastForAge.Value : now;
        TimeSpan ahead = policy.MaxAge > Horizon ? policy.MaxAge.Value : Horizon;
        Calendar = WindowCalendar.Of(policy.Windows, from, ahead < DateTimeOffset.MaxValue - now ? now + ahead : DateTimeOffset.MaxValue);
        Startable = policy.Windows.Count == 0 || policy.AllowOverrun ? Calendar : Calendar.Fitting(policy.Expected);
        Waves = WaveGate.Of(policy, nodes, node => _underWay.Contains(node.Name), now);
        WaveRoom = Waves.Room;
        Pace = PaceOf();
        AgeRoom = Pace?.Due(Startable, now, _lastForAge) ?? 0;
    }

    public DateTimeOffset Now { get; }

    public Policy Policy { get; }

    public IReadOnlyList<FleetNode> Nodes { get; }

    public WindowCalendar Calendar { get; }

    public WindowCalendar Startable { get; }

    public WaveGate Waves { get; }

    /// <summary>Null when age asks for nothing.</summary>
    public AgePace? Pace { get; }

    /// <summary>How many more may start now only because of their age.</summary>
    public int AgeRoom { get; set; }

    /// <summary>How many more nodes of the active wave may start now.</summary>
    public int WaveRoom { get; set; }

    public AgeTimes? Age(FleetNode node) => _ages.TryGetValue(node.Uid, out AgeTimes times) ? times : null;

    /// <summary>What asks for the node by itself, the most urgent first. Age asks from the earliest time on.</summary>
    public List<RecycleReason> Reasons(FleetNode node)
    {
        var reasons = new List<RecycleReason>();
        bool replaces = Policy.Method != ReplacementMethod.Reboot;
        if (replaces && IsOutdated(node))
            reasons.Add(RecycleReason.Image);
        if (replaces && Policy.RecycleOnDrift && node.Drift == DriftState.Drifted)
            reasons.Add(RecycleReason.Drift);
        if (replaces && Age(node) is { } age && age.Earliest <= Now)
            reasons.Add(RecycleReason.Age);
        if (Policy.RebootWhenRequired && node.RebootRequired == true)
            reasons.Add(RecycleReason.Reboot);
        return reasons;
    }

    public bool IsOutdated(FleetNode node) => Policy.Image is { } image && node.Image is { } has && has != image;

    /// <summary>When the pace comes to the node, as it looks now.</summary>
    public DateTimeOffset? PaceReaches(FleetNode node)
    {
        if (Pace is not { Next: { } next } pace || !_ageOrder.TryGetValue(node.Uid, out int position))
            return null;
        DateTimeOffset? reached = Startable.After(next, pace.Interval * position);
        return reached is { } time && Age(node) is { } age && time < age.Earliest ? Startable.NextOpen(age.Earliest) : reached;
    }

    // Nodes that are on their way out, or that nothing may be done to, take no part in the pace of the others.
    private AgePace? PaceOf()
    {
        if (Policy.MaxAge is null || Policy.Method == ReplacementMethod.Reboot)
            return null;
        var waiting = new List<(FleetNode Node, DateTimeOffset LatestStart)>(Nodes.Count);
        foreach (FleetNode node in Nodes)
        {
            AgeTimes times = AgeTimes.Of(node, Policy)!.Value;
            _ages.Add(node.Uid, times);
            if (!_underWay.Contains(node.Name) && node.LeavingBecause is null && node.ExcludedBy is null && !node.CordonedByOthers)
                waiting.Add((node, times.LatestStart));
        }

        if (waiting.Count == 0)
            return null;
        waiting.Sort(static (one, other) => one.LatestStart.CompareTo(other.LatestStart));
        for (int i = 0; i < waiting.Count; i++)
            _ageOrder[waiting[i].Node.Uid] = i;
        return AgePace.Of([.. waiting.Select(static entry => entry.LatestStart)], Startable, Now, _lastForAge);
    }
}
