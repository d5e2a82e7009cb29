using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A policy with its nodes, and what follows from both for all of them.</summary>
internal sealed class PolicyScope
{
    // Longer than any month, so that the next of a monthly window is known.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(62);

    // A calendar of windows longer than this would cost more than it tells.
    private static readonly TimeSpan LongestHorizon = TimeSpan.FromDays(400);

    private static readonly RecycleReason[] OnlyAge = [RecycleReason.Age];

    private readonly AgePace? _pace;

    public PolicyScope(Policy policy, IReadOnlyList<Member> members, FleetState state, FleetIndex index, DateTimeOffset now)
    {
        Now = now;
        Policy = policy;
        Members = members;
        DateTimeOffset[] forAge = [.. state.Starts.Where(start => start.ForAge && start.Policy == policy.Name).Select(static start => start.At)];
        // The pace asks how much open time has passed since the last start, and lately.
        DateTimeOffset lately = now - AgePace.LongestCatchUp;
        DateTimeOffset last = forAge.Length > 0 ? forAge.Max() : lately;
        Calendar = CalendarOf(policy, last < lately ? last : lately, now);
        Startable = policy.Windows.Count == 0 || policy.AllowOverrun ? Calendar : Calendar.Fitting(policy.Expected);
        foreach (Member member in members)
            member.Scope = this;
        Waves = WaveGate.Of(policy, members, index, now);
        WaveRoom = Waves.Room;
        Updates = policy.Updates == UpdateMode.Coordinated ? new UpdateGate(policy, members, state, index, now) : null;
        _pace = PaceOf(index, forAge);
    }

    public DateTimeOffset Now { get; }

    public Policy Policy { get; }

    public IReadOnlyList<Member> Members { get; }

    public WindowCalendar Calendar { get; }

    public WindowCalendar Startable { get; }

    public WaveGate Waves { get; }

    /// <summary>Null where the policy coordinates no updates.</summary>
    public UpdateGate? Updates { get; }

    /// <summary>How many start now only because of their age.</summary>
    public int StartedForAge { get; set; }

    /// <summary>How many more nodes of the active wave may start now.</summary>
    public int WaveRoom { get; set; }

    /// <summary>What asks for the node by itself, the most urgent first. Age asks from the earliest time on.</summary>
    public IReadOnlyList<RecycleReason> Reasons(Member member)
    {
        FleetNode node = member.Node;
        bool replaces = Policy.Method != ReplacementMethod.Reboot;
        bool broken = !node.Ready && Policy.RecycleNotReadyAfter is { } after && Now - node.ReadySince >= after;
        bool image = replaces && IsOutdated(node);
        bool drift = replaces && Policy.RecycleOnDrift && node.Drift == DriftState.Drifted;
        bool age = replaces && member.Age is { } times && times.Earliest <= Now;
        bool reboot = Policy.RebootWhenRequired && node.RebootRequired == true;
        bool update = Updates?.IsPending(node) == true;
        if (!broken && !image && !drift && !reboot && !update)
            return age ? OnlyAge : [];
        var reasons = new List<RecycleReason>();
        if (broken)
            reasons.Add(RecycleReason.Unhealthy);
        if (image)
            reasons.Add(RecycleReason.Image);
        if (drift)
            reasons.Add(RecycleReason.Drift);
        if (age)
            reasons.Add(RecycleReason.Age);
        if (reboot)
            reasons.Add(RecycleReason.Reboot);
        if (update)
            reasons.Add(RecycleReason.Update);
        return reasons;
    }

    public bool IsOutdated(FleetNode node) => Policy.Image is { } image && node.Image is { } has && has != image;

    public bool PaceAdmits(Member member) => _pace is { } pace && member.Place is { } place && pace.Admits(place, StartedForAge);

    /// <summary>When the pace comes to the node, as it looks now.</summary>
    public DateTimeOffset? PaceReaches(Member member)
    {
        if (_pace is not { } pace || member.Place is not { } place)
            return null;
        DateTimeOffset? reached = pace.Reaches(place);
        return member.Age is { } age && reached < age.Earliest ? Startable.NextOpen(age.Earliest) : reached;
    }

    // Nodes that are on their way out, or that nothing may be done to, take no part in the pace of the others.
    private AgePace? PaceOf(FleetIndex index, DateTimeOffset[] past)
    {
        if (Policy.MaxAge is null || Policy.Method == ReplacementMethod.Reboot)
            return null;
        var waiting = new List<(DateTimeOffset LatestStart, Member Member)>(Members.Count);
        foreach (Member member in Members)
        {
            FleetNode node = member.Node;
            AgeTimes times = AgeTimes.Of(node, Policy)!.Value;
            member.Age = times;
            if (index.RunningOn(node.Name) is null && node.LeavingBecause is null && node.ExcludedBy is null && !node.CordonedByOthers)
                waiting.Add((times.LatestStart, member));
        }

        if (waiting.Count == 0)
            return null;
        waiting.Sort(static (one, other) => one.LatestStart.CompareTo(other.LatestStart));
        for (int i = 0; i < waiting.Count; i++)
            waiting[i].Member.Place = i;
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
