using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Benchmarks.Planning;

/// <summary>
/// A fleet in the middle of its life: three zones; four policies, one with windows and one with waves, through which 60 packages
/// go as well; 2 % of the nodes are not ready; recycles run, wait, and have been started within the hour.
/// </summary>
internal static class LargeFleet
{
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 22, 30, 0, TimeSpan.Zero);

    private static readonly string[] Pools = ["plain", "windows", "waves", "reboots"];
    private static readonly string[] Zones = ["a", "b", "c"];

    // Nodes of one image have fetched their lists at a few different times.
    private static readonly PendingSet[] Pending =
    [
        .. Enumerable.Range(0, 8).Select(static set =>
        {
            PackageVersion[] packages = [.. Enumerable.Range(0, 60).Select(i => new PackageVersion($"package-{i}:amd64", $"1.{(i + set) % 3}"))];
            return new PendingSet($"set-{set}", packages, packages);
        }),
    ];

    public static FleetState Of(int count)
    {
        FleetNode[] nodes = [.. Enumerable.Range(0, count).Select(Node)];
        FleetNode[] running = [.. nodes.Where(static (_, i) => i % 100 == 7)];
        FleetNode[] waiting = [.. nodes.Where(static (_, i) => i % 50 == 9)];
        return new FleetState
        {
            Nodes = nodes,
            Policies = [.. Pools.Select(Policy)],
            Recycles = [.. running.Select(static node => Recycle(node, waiting: false)), .. waiting.Select(static node => Recycle(node, waiting: true))],
            Slots = [.. running.Select(static node => new Slot($"r-{node.Name}", $"r-{node.Uid}", node.Name, node.Uid, node.Labels["pool"], node.Zone, Now.AddMinutes(-3)))],
            Starts = [.. Enumerable.Range(0, count / 25).Select(static i => new PastStart(Pools[i % 4], Now.AddSeconds(-i * 17 % 3600), ForAge: i % 3 != 0))],
            Updated = [.. nodes.Where(static (_, i) => i % 40 == 2).Select(static node => new UpdatedNode(node.Uid, node.Labels["pool"], Now.AddHours(-2), Pending[0].All))],
            Budget = new DisruptionBudget(CountOrPercent.Percent(10), CountOrPercent.Percent(15)),
        };
    }

    private static FleetNode Node(int number) => new()
    {
        Name = $"node-{number:00000}",
        Uid = $"6f0a1c9e-7d2b-4c55-9a41-{number:000000000000}",
        Labels = new Dictionary<string, string>
        {
            ["pool"] = Pools[number % 4],
            ["kubernetes.io/hostname"] = $"node-{number:00000}",
            ["kubernetes.io/os"] = "linux",
            ["topology.kubernetes.io/zone"] = Zones[number % 3],
        },
        Zone = Zones[number % 3],
        BornAt = Now.AddSeconds(-(number * 7919L % 86_000)),
        ReadySince = Now.AddSeconds(-(number * 7919L % 80_000)),
        Ready = number % 50 != 3,
        Cordoned = number % 100 == 7,
        Image = number % 5 == 0 ? "2" : "1",
        RebootRequired = number % 9 == 0,
        Pending = Pending[number % Pending.Length],
        Hazard = HazardState.None,
    };

    private static Policy Policy(string pool) => new()
    {
        Name = pool,
        Selector = new LabelMatch(new Dictionary<string, string> { ["pool"] = pool }, []),
        MaxAge = TimeSpan.FromHours(24),
        AgeJitter = TimeSpan.FromHours(18),
        Image = pool == "waves" ? "2" : null,
        RebootWhenRequired = pool == "reboots",
        Updates = pool == "waves" ? UpdateMode.Coordinated : UpdateMode.Off,
        Budget = new DisruptionBudget(CountOrPercent.Percent(10), CountOrPercent.Percent(20), TimeSpan.Zero, MaxStartsPerHour: 500),
        Windows = pool == "windows" ? [new MaintenanceWindow(CronSchedule.Weekly([], new TimeOnly(22, 0)), TimeSpan.FromHours(4), TimeZoneInfo.Utc)] : [],
        Waves = pool == "waves"
            ? [new Wave("canary", CountOrPercent.Of(1)), new Wave("tenth", CountOrPercent.Percent(10), Soak: TimeSpan.FromHours(1)), new Wave("rest")]
            : [],
    };

    private static PlannedRecycle Recycle(FleetNode node, bool waiting) => new(
        $"r-{node.Name}", $"r-{node.Uid}", node.Name, node.Uid, [RecycleReason.Age], Automatic: true, waiting, Forced: false, Now.AddMinutes(-3), null);
}
