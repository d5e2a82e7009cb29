using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Testing.Ageing;

/// <summary>What chooses the nodes that go now, and when it wants to be asked again.</summary>
internal delegate (IReadOnlyList<FleetNode> Starts, DateTimeOffset? Next) Chooser(FleetState state, DateTimeOffset now);

/// <summary>
/// A fleet whose nodes are replaced one by one, from event to event: a third of a recycle is its drain, then the machine goes and
/// its successor is born, which is ready at the end. Recycles take 8 to 15 minutes.
/// </summary>
internal sealed class SimulatedFleet
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(8);

    private readonly Policy _policy;
    private readonly DisruptionBudget _budget;
    private readonly TimeSpan _step;
    private readonly Dictionary<string, FleetNode> _nodes;
    private readonly Dictionary<string, (PlannedRecycle Recycle, Slot Slot)> _running = [];
    private readonly PriorityQueue<(string Node, bool IsEnd), (DateTimeOffset, int)> _events = new();
    private readonly List<PastStart> _lately = [];
    private readonly List<SimulatedStart> _starts = [];
    private readonly Dictionary<string, string> _successors = [];
    private int _born;
    private int _order;

    /// <param name="step">Plans are at least this much apart; zero: one at each event.</param>
    public SimulatedFleet(Policy policy, IReadOnlyList<FleetNode> nodes, DisruptionBudget budget, TimeSpan step = default)
    {
        (_policy, _budget, _step) = (policy, budget, step);
        _nodes = nodes.ToDictionary(static node => node.Name);
        _born = nodes.Count;
    }

    public IReadOnlyList<SimulatedStart> Starts => _starts;

    public int MostUnavailable { get; private set; }

    /// <summary>Of any node, when its machine went or, if it is still there, at the end.</summary>
    public TimeSpan OldestAge { get; private set; }

    public int Missed { get; private set; }

    /// <summary>As the controller does it.</summary>
    public static (IReadOnlyList<FleetNode> Starts, DateTimeOffset? Next) Planned(FleetState state, DateTimeOffset now)
    {
        FleetPlan plan = FleetPlanner.Plan(state, now);
        return ([.. plan.Starts.Select(static start => start.Node)], plan.Policies[0].NextStart);
    }

    /// <summary>Every node at its age, whatever else goes on.</summary>
    public static (IReadOnlyList<FleetNode> Starts, DateTimeOffset? Next) Expired(FleetState state, DateTimeOffset now)
    {
        TimeSpan maxAge = state.Policies[0].MaxAge!.Value;
        FleetNode[] whole = [.. state.Nodes.Where(static node => !node.Cordoned)];
        DateTimeOffset? next = whole.Where(node => node.BornAt + maxAge > now).Min(node => (DateTimeOffset?)node.BornAt + maxAge);
        return ([.. whole.Where(node => node.BornAt + maxAge <= now)], next);
    }

    /// <summary>The oldest that is over its age, once the one before is done.</summary>
    public static (IReadOnlyList<FleetNode> Starts, DateTimeOffset? Next) Serial(FleetState state, DateTimeOffset now)
    {
        (IReadOnlyList<FleetNode> expired, DateTimeOffset? next) = Expired(state, now);
        return state.Slots.Count > 0 ? ([], null) : ([.. expired.OrderBy(static node => node.BornAt).Take(1)], next);
    }

    public void Run(Chooser choose, DateTimeOffset from, DateTimeOffset until)
    {
        for (DateTimeOffset now = from; now < until;)
        {
            while (_events.TryPeek(out _, out (DateTimeOffset At, int) due) && due.At <= now)
                Happen(_events.Dequeue(), due.At);
            (IReadOnlyList<FleetNode> starts, DateTimeOffset? wanted) = choose(State(now), now);
            foreach (FleetNode node in starts)
                Start(node, now);
            MostUnavailable = Math.Max(MostUnavailable, _nodes.Values.Count(static node => !node.IsAvailable));
            DateTimeOffset next = now + LongestSleep;
            if (wanted > now && wanted < next)
                next = wanted.Value;
            if (_events.TryPeek(out _, out (DateTimeOffset At, int) then) && then.At < next)
                next = then.At;
            now = next < now + _step ? now + _step : next;
        }

        foreach (FleetNode node in _nodes.Values)
            Aged(until - node.BornAt);
    }

    private FleetState State(DateTimeOffset now)
    {
        _lately.RemoveAll(start => start.At < now.AddHours(-1) && start != _lately[^1]);
        return new FleetState
        {
            Nodes = [.. _nodes.Values],
            Policies = [_policy],
            Recycles = [.. _running.Values.Select(static running => running.Recycle)],
            Slots = [.. _running.Values.Select(static running => running.Slot)],
            Starts = [.. _lately],
            Budget = _budget,
        };
    }

    private void Start(FleetNode node, DateTimeOffset now)
    {
        string uid = $"recycle-{_starts.Count}";
        var recycle = new PlannedRecycle(uid, uid, node.Name, node.Uid, [RecycleReason.Age], Automatic: true, Waiting: false, Forced: false, now, null);
        _running.Add(node.Name, (recycle, new Slot(uid, uid, node.Name, node.Uid, _policy.Name, node.Zone, now, ControlPlane: false)));
        _nodes[node.Name] = node with { Cordoned = true };
        TimeSpan takes = Shortest + (TimeSpan.FromMinutes(7) * (_starts.Count * 37 % 101 / 100.0));
        _starts.Add(new SimulatedStart(node, now, now + takes));
        _lately.Add(new PastStart(_policy.Name, now, ForAge: true));
        _events.Enqueue((node.Name, false), (now + (takes / 3), _order++));
        _events.Enqueue((node.Name, true), (now + takes, _order++));
    }

    private void Happen((string Node, bool IsEnd) what, DateTimeOffset at)
    {
        if (!what.IsEnd)
        {
            FleetNode old = _nodes[what.Node];
            Aged(at - old.BornAt);
            _nodes.Remove(what.Node);
            string name = $"node-{_born++:00000}";
            _nodes.Add(name, old with { Name = name, Uid = $"uid-{name}", BornAt = at, Ready = false, Cordoned = false });
            _successors[what.Node] = name;
            return;
        }

        string successor = _successors[what.Node];
        _nodes[successor] = _nodes[successor] with { Ready = true, ReadySince = at };
        _successors.Remove(what.Node);
        _running.Remove(what.Node);
    }

    private void Aged(TimeSpan age)
    {
        OldestAge = age > OldestAge ? age : OldestAge;
        Missed += age > _policy.MaxAge ? 1 : 0;
    }
}

/// <param name="End">The successor is ready.</param>
internal sealed record SimulatedStart(FleetNode Node, DateTimeOffset At, DateTimeOffset End);
