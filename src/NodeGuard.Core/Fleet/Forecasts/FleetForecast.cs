using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>When nodes will go, by the same budgets, windows, waves and pace as the plans: from event to event, without a clock.</summary>
/// <remarks>
/// A successor is taken to be born half-way through its recycle. Nodes that are away now for a cause of their own are taken to
/// stay so; what is paused, frozen or left alone now is taken to stay so too.
/// </remarks>
public sealed class FleetForecast
{
    private readonly FleetState _state;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _until;
    private readonly DisruptionCounts _counts;
    private readonly ForecastRate _rate;
    private readonly List<ForecastLane> _lanes = [];
    private readonly PriorityQueue<(ForecastLane? Lane, ForecastNode Node, DateTimeOffset Born), DateTimeOffset> _running = new();
    private readonly List<ForecastStep> _steps = [];
    private readonly List<MissedDeadline> _misses = [];
    private readonly Dictionary<string, DateTimeOffset> _nextStarts = [];

    private FleetForecast(FleetState state, DateTimeOffset now, DateTimeOffset until)
    {
        (_state, _now, _until) = (state, now, until);
        var index = new FleetIndex(state);
        var members = new Membership(state);
        _counts = new DisruptionCounts(state, index, members.All);
        _rate = new ForecastRate(state.Budget, state.Starts.Select(static start => start.At));
        FleetPlan plan = FleetPlanner.Plan(state, now);
        ILookup<string, (Member Member, NodeOutlook Outlook)> byPolicy = members.All.Zip(plan.Outlooks).ToLookup(static pair => pair.First.Policy);
        foreach ((Policy policy, PolicyOutlook outlook) in state.Policies.Zip(plan.Policies))
            AddLane(policy, outlook, byPolicy[policy.Name]);
        // One that comes up, and is not well, is the successor of a machine that is gone.
        List<Member> coming = [.. members.All.Where(static member => !member.Node.Ready && !member.Node.Cordoned)];
        foreach (Slot slot in index.Orphaned)
            AddOrphan(slot, coming);
    }

    public static Forecast Of(FleetState state, DateTimeOffset now, DateTimeOffset until) => new FleetForecast(state, now, until).Run();

    private Forecast Run()
    {
        DateTimeOffset now = _now;
        while (now <= _until)
        {
            while (_running.TryPeek(out _, out DateTimeOffset end) && end <= now)
                End(_running.Dequeue(), end);
            DateTimeOffset next = DateTimeOffset.MaxValue;
            foreach (ForecastLane lane in _lanes)
            {
                DateTimeOffset wake = Starts(lane, now);
                next = wake < next ? wake : next;
            }

            if (_running.TryPeek(out _, out DateTimeOffset first) && first < next)
                next = first;
            if (next == DateTimeOffset.MaxValue)
                break;
            now = next > now ? next : now.AddSeconds(1);
        }

        foreach (ForecastLane lane in _lanes)
        {
            foreach (ForecastNode node in lane.Waiting.Where(node => node.Deadline <= _until))
                Miss(lane.Policy, node, null, "nothing lets it start in time", avoidable: true);
        }

        _misses.Sort(static (one, other) => one.Deadline.CompareTo(other.Deadline));
        return new Forecast(_steps, _misses, _nextStarts);
    }

    /// <summary>Starts what may start; tells when to look again.</summary>
    private DateTimeOffset Starts(ForecastLane lane, DateTimeOffset now)
    {
        while (true)
        {
            if (_rate.Holds(now) is { } held)
                return held;
            if (lane.Choose(now, node => _counts.Refuse(node.Member, lane.Policy, _state.Budget)) is not { } node)
                return lane.Wake;
            Start(lane, node, now);
        }
    }

    private void Start(ForecastLane lane, ForecastNode node, DateTimeOffset now)
    {
        TimeSpan takes = lane.Policy.Usual ?? lane.Policy.Expected;
        DateTimeOffset end = now + takes;
        string name = node.Member.Node.Name;
        _steps.Add(new ForecastStep(name, node.Generation, lane.Policy.Name, node.Reason!.Value, now, end));
        if (node.Generation == 0)
            _nextStarts[name] = now;
        // Its age ends with its machine: what its successor still has to prove makes it no older.
        DateTimeOffset gone = now + (takes / 2);
        if (node.Deadline < gone && lane.Policy.Method != ReplacementMethod.Reboot)
            Miss(lane.Policy, node, gone, "it starts too late", avoidable: true);
        _counts.Take(node.Member);
        _rate.Started(now);
        lane.Start(node, now);
        _running.Enqueue((lane, node, gone), end);
    }

    private void End((ForecastLane? Lane, ForecastNode Node, DateTimeOffset Born) what, DateTimeOffset at)
    {
        _counts.Give(what.Node.Member);
        what.Lane?.End(what.Node, what.Born, at);
    }

    private void AddLane(Policy policy, PolicyOutlook outlook, IEnumerable<(Member Member, NodeOutlook Outlook)> nodes)
    {
        var waiting = new List<ForecastNode>();
        var running = new List<ForecastNode>();
        foreach ((Member member, NodeOutlook own) in nodes)
        {
            var node = new ForecastNode(member);
            node.SetAge(member.Node, policy);
            if (own.Obstacle?.Kind == ObstacleKind.InProgress)
                running.Add(node);
            else if (Lasting(policy, member.Node, own.Obstacle) is not { } obstacle)
                waiting.AddRange(Ask(node, own) ? [node] : []);
            else if (node.Deadline <= _until)
                Miss(policy, node, null, obstacle.Message, avoidable: false);
        }

        var lane = new ForecastLane(policy, waiting, _state, outlook.Wave?.SoakedAt, _now, _until);
        _lanes.Add(lane);
        foreach (ForecastNode node in running)
            Resume(lane, node, _state.Slots.FirstOrDefault(slot => slot.NodeUid == node.Member.Node.Uid));
    }

    /// <summary>What time alone does not take away; of a node that is too young, what it will meet once it is old enough.</summary>
    private Obstacle? Lasting(Policy policy, FleetNode node, Obstacle? obstacle) => obstacle?.Kind switch
    {
        ObstacleKind.NothingToDo or ObstacleKind.Conflict or ObstacleKind.NoPolicy or ObstacleKind.PolicyUnusable or ObstacleKind.Leaving
            or ObstacleKind.FleetPaused or ObstacleKind.FleetFrozen or ObstacleKind.PolicyPaused or ObstacleKind.PolicyFrozen
            or ObstacleKind.Excluded or ObstacleKind.CordonedByOthers => obstacle,
        ObstacleKind.TooYoung when PlanningPass.Stopped(_state, policy) is { } stopped => stopped,
        ObstacleKind.TooYoung when node.ExcludedBy is { } annotation => new Obstacle(ObstacleKind.Excluded, annotation),
        ObstacleKind.TooYoung when node.CordonedByOthers => new Obstacle(ObstacleKind.CordonedByOthers),
        _ => null,
    };

    private static bool Ask(ForecastNode node, NodeOutlook outlook)
    {
        node.Reason = outlook.Reasons.Count > 0 ? outlook.Reasons[0] : node.Deadline is null ? null : RecycleReason.Age;
        if (!node.OnlyForAge)
            node.Earliest = DateTimeOffset.MinValue;
        if (outlook is { Obstacle.Kind: ObstacleKind.BackingOff, Next: { } rests } && rests > node.Earliest)
            node.Earliest = rests;
        return node.Reason is not null;
    }

    private void Resume(ForecastLane? lane, ForecastNode node, Slot? slot, bool hasSuccessor = true)
    {
        TimeSpan takes = lane?.Policy.Usual ?? lane?.Policy.Expected ?? TimeSpan.FromMinutes(15);
        DateTimeOffset since = slot?.Since ?? _now;
        DateTimeOffset end = since + takes;
        _running.Enqueue((hasSuccessor ? lane : null, node, since + (takes / 2)), end < _now.AddMinutes(1) ? _now.AddMinutes(1) : end);
    }

    // Its machine is gone. The slot is given back once; a successor that is among the nodes already has its own place.
    private void AddOrphan(Slot slot, List<Member> coming)
    {
        ForecastLane? lane = _lanes.Find(lane => lane.Policy.Name == slot.Policy);
        var gone = new FleetNode { Name = slot.Node, Uid = slot.NodeUid, Zone = slot.Zone, BornAt = slot.Since, IsControlPlane = slot.ControlPlane == true };
        int came = coming.FindIndex(member => member.Policy == slot.Policy && member.Node.BornAt > slot.Since && (slot.Zone.Length == 0 || member.Node.Zone == slot.Zone));
        if (came >= 0)
            coming.RemoveAt(came);
        Resume(lane, new ForecastNode(new Member(gone) { Policy = slot.Policy, IsAway = true }), slot, hasSuccessor: came < 0);
    }

    private void Miss(Policy policy, ForecastNode node, DateTimeOffset? end, string why, bool avoidable) =>
        _misses.Add(new MissedDeadline(node.Member.Node.Name, node.Generation, policy.Name, node.Deadline!.Value, end, why, avoidable));
}
