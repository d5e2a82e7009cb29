using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Fleets for tests: nodes of one pool that are well, young, and run image 1.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    public static FleetNode Node(int number, string pool = "workers") => new()
    {
        Name = $"node-{number:000}",
        Uid = $"uid-{number}",
        Labels = new Dictionary<string, string> { ["pool"] = pool },
        BornAt = Now.AddHours(-1),
        ReadySince = Now.AddHours(-1),
        Image = "1",
    };

    public static FleetNode[] Nodes(int count, Func<FleetNode, FleetNode>? change = null) =>
        [.. Enumerable.Range(1, count).Select(number => change is null ? Node(number) : change(Node(number)))];

    /// <summary>Wants image 2 on all nodes of the pool, all of which are outdated.</summary>
    public static Policy Policy(string pool = "workers") => new()
    {
        Name = pool,
        Selector = Labelled("pool", pool),
        Image = "2",
        Budget = new DisruptionBudget(CountOrPercent.Of(1_000)),
    };

    /// <summary>Wants nothing but that no node is older than a day.</summary>
    public static Policy DayPolicy(double jitterHours = 18) => Policy() with { Image = null, MaxAge = TimeSpan.FromHours(24), AgeJitter = TimeSpan.FromHours(jitterHours) };

    public static FleetState State(Policy policy, params FleetNode[] nodes) => new()
    {
        Nodes = nodes,
        Policies = [policy],
        Budget = new DisruptionBudget(CountOrPercent.Of(1_000)),
    };

    public static LabelMatch Labelled(string key, string value) => new(new Dictionary<string, string> { [key] = value }, []);

    public static PlannedRecycle Request(FleetNode node, bool forced = false) =>
        new($"by-hand-{node.Name}", $"request-{node.Uid}", node.Name, node.Uid, [RecycleReason.Manual], Automatic: false, Waiting: true, forced, Now, null);

    public static PlannedRecycle Automatic(FleetNode node, RecycleReason reason = RecycleReason.Image) =>
        Request(node) with { Name = $"auto-{node.Name}", Uid = $"auto-{node.Uid}", Automatic = true, Reasons = [reason] };

    public static PlannedRecycle Running(FleetNode node, RecycleReason reason = RecycleReason.Image) => Automatic(node, reason) with { Waiting = false };

    public static Slot SlotOf(FleetNode node, string policy = "workers") =>
        new($"auto-{node.Name}", $"auto-{node.Uid}", node.Name, node.Uid, policy, node.Zone, Now.AddMinutes(-5));

    public static MaintenanceWindow Daily(int hour, double hours) =>
        new(CronSchedule.Weekly([], new TimeOnly(hour, 0)), TimeSpan.FromHours(hours), TimeZoneInfo.Utc);

    public static FleetPlan Plan(FleetState state, DateTimeOffset? now = null) => FleetPlanner.Plan(state, now ?? Now);

    public static string[] Started(FleetState state, DateTimeOffset? now = null) => [.. Plan(state, now).Starts.Select(static start => start.Node.Name)];

    public static NodeOutlook Outlook(FleetState state, int number) =>
        Plan(state).Outlooks.Single(outlook => outlook.Node.Name == Node(number).Name);

    /// <summary>Why a node is not started; null when it is.</summary>
    public static Obstacle? ObstacleOf(FleetState state, int number) => Outlook(state, number).Obstacle;
}
