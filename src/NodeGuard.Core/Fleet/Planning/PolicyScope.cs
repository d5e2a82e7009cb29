using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A policy with its nodes, and what follows from both for all of them.</summary>
internal sealed class PolicyScope
{
    // Longer than any month, so that the next of a monthly window is known.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(62);

    // A calendar of windows longer than this would cost more than it tells.
    private static readonly TimeSpan LongestHorizon = TimeSpan.FromDays(400);

    private readonly Dictionary<string, AgeTimes> _ages = [];
    // By the order of their latest starts.
    private readonly Dictionary<string, int> _places = [];
    private readonly AgePace? _pace;

    public PolicyScope(Policy policy, IReadOnlyList<FleetNode> nodes, FleetState state, FleetIndex index, DateTimeOffset now)
    {
        Now = now;
        Policy = policy;
        Nodes = nodes;
        DateTimeOffset[] forAge = [.. state.Starts.Where(start => start.ForAge && start.Policy == policy.Name).Select(static start => start.At)];
        // The pace asks how much open time has passed since the last start, and lately.
        DateTimeOffset lately = now - AgePace.LongestCatchUp;
        DateTimeOffset last = forAge.Length > 0 ? forAge.Max() : lately;
        Calendar = CalendarOf(policy, last < lately ? last : lately, now);
        Startable = policy.Windows.Count == 0 || policy.AllowOverrun ? Calendar : Calendar.Fitting(policy.Expected);
        Waves = WaveGate.Of(policy, nodes, index, now);
        WaveRoom = Waves.Room;
        _pace = PaceOf(index, forAge);
    }

    public DateTimeOffset Now { get; }

    public Policy Policy { get; }

    public IReadOnlyList<FleetNode> Nodes { get; }

    public WindowCalendar Calendar { get; }

    public WindowCalendar Startable { get; }

    public WaveGate Waves { get; }

    /// <summary>How many start now only because of their age.</summary>
    public int StartedForAge { get; set; }

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

    public bool PaceAdmits(FleetNode node) =>
        _pace is { } pace && _places.TryGetValue(node.Uid, out int place) && pace.Admits(place, StartedForAge);

    /// <summary>When the pace comes to the node, as it looks now.</summary>
    public DateTimeOffset? PaceReaches(FleetNode node)
    {
        if (_pace is not { } pace || !_places.TryGetValue(node.Uid, out int place))
            return null;
        DateTimeOffset? reached = pace.Reaches(place);
        return Age(node) is { } age && reached < age.Earliest ? Startable.NextOpen(age.Earliest) : reached;
    }

    // Nodes that are on their way out, or that nothing may be done to, take no part in the pace of the others.
    private AgePace? PaceOf(FleetIndex index, DateTimeOffset[] past)
    {
        if (Policy.MaxAge is null || Policy.Method == ReplacementMethod.Reboot)
            return null;
        var waiting = new List<(DateTimeOffset LatestStart, string Uid)>(Nodes.Count);
        foreach (FleetNode node in Nodes)
        {
            AgeTimes times = AgeTimes.Of(node, Policy)!.Value;
            _ages.Add(node.Uid, times);
            if (index.RunningOn(node.Name) is null && node.LeavingBecause is null && node.ExcludedBy is null && !node.CordonedByOthers)
                waiting.Add((times.LatestStart, node.Uid));
        }

        if (waiting.Count == 0)
            return null;
        waiting.Sort(static (one, other) => one.LatestStart.CompareTo(other.LatestStart));
        for (int i = 0; i < waiting.Count; i++)
            _places[waiting[i].Uid] = i;
        return new AgePace([.. waiting.Select(static entry => entry.LatestStart)], Startable, Now, past);
    }

    private static WindowCalendar CalendarOf(Policy policy, DateTimeOffset from, DateTimeOffset now)
    {
        TimeSpan ahead = policy.MaxAge > Horizon ? policy.MaxAge.Value : Horizon;
        if (policy.Windows.Count > 0 && ahead > LongestHorizon)
            ahead = LongestHorizon;
        return WindowCalendar.Of(policy.Windows, from, ahead < DateTimeOffset.MaxValue - now ? now + ahead : DateTimeOffset.MaxValue);
    }
}
