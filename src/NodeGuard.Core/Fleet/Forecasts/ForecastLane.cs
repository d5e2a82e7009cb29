using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>One policy's nodes on their way, and what each of them waits for.</summary>
internal sealed class ForecastLane
{
    // Nodes are in the order of latest starts, which is that of earliest ones but for a tenth of the jitter.
    private const int TooYoungToLookOn = 4_096;

    private readonly WindowCalendar _startable;
    private readonly ForecastWaves _waves;
    private readonly ForecastPace _pace;
    private readonly List<ForecastNode> _urgent = [];
    private readonly List<ForecastNode> _aged = [];

    public ForecastLane(Policy policy, IReadOnlyList<ForecastNode> nodes, FleetState state, DateTimeOffset? soaksUntil, DateTimeOffset now, DateTimeOffset until)
    {
        Policy = policy;
        PastStart[] starts = [.. state.Starts.Where(start => start.Policy == policy.Name)];
        DateTimeOffset? last = starts.Where(static start => start.ForAge).Max(static start => (DateTimeOffset?)start.At);
        var calendar = WindowCalendar.Of(policy.Windows, last < now ? last.Value : now, until + (policy.MaxAge ?? TimeSpan.Zero));
        _startable = policy.Windows.Count == 0 || policy.AllowOverrun ? calendar : calendar.Fitting(policy.Expected);
        Rate = new ForecastRate(policy.Budget, starts.Select(static start => start.At));
        _waves = new ForecastWaves(policy, nodes, soaksUntil);
        _pace = new ForecastPace(_startable, last);
        foreach (ForecastNode node in nodes)
            Add(node);
        _urgent.Sort(static (one, other) => (one.Reason, one.LatestStart).CompareTo((other.Reason, other.LatestStart)));
    }

    public Policy Policy { get; }

    public ForecastRate Rate { get; }

    /// <summary>When to look again, if nothing ends before.</summary>
    public DateTimeOffset Wake { get; private set; }

    public IEnumerable<ForecastNode> Waiting => _urgent.Concat(_aged);

    /// <summary>The node that starts now; null when none does.</summary>
    public ForecastNode? Choose(DateTimeOffset now, Func<ForecastNode, Obstacle?> refuse)
    {
        Wake = DateTimeOffset.MaxValue;
        if (_urgent.Count + _aged.Count == 0)
            return null;
        if (_startable.At(now) is null)
            Wake = _startable.NextOpen(now) ?? DateTimeOffset.MaxValue;
        else if (Rate.Holds(now) is { } held)
            Wake = held;
        else
            return Urgent(now, refuse) ?? Aged(now, refuse);
        return null;
    }

    public void Start(ForecastNode node, DateTimeOffset now)
    {
        Rate.Started(now);
        if (node.OnlyForAge)
            _pace.Started(now);
        // Nearly always one of the first.
        (node.OnlyForAge ? _aged : _urgent).Remove(node);
    }

    /// <summary>The node, or its successor, is well, and waits for what comes next.</summary>
    public void End(ForecastNode node, DateTimeOffset bornAt, DateTimeOffset now)
    {
        _waves.Done(node, now);
        node.Reason = null;
        if (Policy.Method == ReplacementMethod.Reboot)
            return;
        node.Generation++;
        node.SetAge(node.Member.Node with { Uid = $"{node.Member.Node.Uid}-{node.Generation}", BornAt = bornAt }, Policy);
        node.Reason = node.Deadline is null ? null : RecycleReason.Age;
        Add(node);
    }

    private ForecastNode? Urgent(DateTimeOffset now, Func<ForecastNode, Obstacle?> refuse)
    {
        foreach (ForecastNode node in _urgent)
        {
            DateTimeOffset from = Later(node.Earliest, _waves.Opens(node));
            if (from > now)
                Wake = Earlier(Wake, from);
            else if (refuse(node) is not { } obstacle)
                return node;
            else if (IsForAll(obstacle))
                return null;
        }

        return null;
    }

    private ForecastNode? Aged(DateTimeOffset now, Func<ForecastNode, Obstacle?> refuse)
    {
        if (_aged.Count == 0)
            return null;
        DateTimeOffset next = _pace.Next(_aged, now);
        int young = 0;
        foreach (ForecastNode node in _aged)
        {
            bool waits = next > now && node.LatestStart > now;
            if (waits)
            {
                Wake = Earlier(Wake, Earlier(next, node.LatestStart));
                return null;
            }

            if (node.Earliest > now)
            {
                Wake = Earlier(Wake, node.Earliest);
                if (++young > TooYoungToLookOn)
                    return null;
            }
            else if (refuse(node) is not { } obstacle)
            {
                return node;
            }
            else if (IsForAll(obstacle))
            {
                return null;
            }
        }

        return null;
    }

    private void Add(ForecastNode node)
    {
        if (node.Reason is null)
            return;
        if (!node.OnlyForAge)
        {
            _urgent.Add(node);
            return;
        }

        node.OpenUntilLatest = _startable.OpenUntil(node.LatestStart);
        int index = _aged.Count;
        while (index > 0 && _aged[index - 1].LatestStart > node.LatestStart)
            index--;
        _aged.Insert(index, node);
    }

    // What is refused to one node for these is refused to all of the policy.
    private static bool IsForAll(Obstacle obstacle) => obstacle.Kind is ObstacleKind.FleetBudget or ObstacleKind.PolicyBudget;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
