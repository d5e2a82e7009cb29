using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Tests.Fakes;

internal static class Samples
{
    public static GuardStatus Status { get; } = new()
    {
        State = GuardState.Guarding,
        Mode = GuardMode.Restore,
        Problems = [],
        NetworkdVersion = "257.8-1~deb13u1",
        Networkd = "running",
        NetworkdPortIds = [1],
        Foreign = new ObjectCounts(2, 1, 250, 251),
        NetworkdOwned = new ObjectCounts(1, 0, 2, 0),
        Missing = ObjectCounts.None,
        Pinned = 1,
        LedgerFull = false,
        ThreadPriority = "fifo",
        StartedAt = FixedTime.Now.AddHours(-27),
    };

    public static GuardStatus Degraded { get; } = Status with
    {
        State = GuardState.Degraded,
        Mode = GuardMode.Observe,
        NetworkdVersion = null,
        Networkd = "unknown",
        NetworkdPortIds = [],
        Missing = new ObjectCounts(0, 0, 0, 3),
        LedgerFull = true,
        Problems = ["no CAP_SYS_PTRACE: the deleter's socket is assumed, not known; give the capability to the unit", "D-Bus is absent: networkd's version is unknown"],
    };

    public static LedgerObject Rule { get; } = new()
    {
        Id = "3f9c0a7be210",
        Kind = "rule",
        Family = "inet",
        Text = "from 10.0.0.0/8 fwmark 0x1/0xff lookup 100 priority 512 proto 17",
        Owner = "foreign",
        State = "present",
        Pinned = true,
        Guarded = true,
        Restored = 2,
        Table = "100",
        Priority = 512,
        Protocol = "17",
    };

    public static LedgerObject Route { get; } = new()
    {
        Id = "aa00bb11cc22",
        Kind = "route",
        Family = "inet6",
        Text = "2001:db8:1::/64 via 2001:db8::1 dev eth0 table 1000 metric 1024 proto static",
        Owner = "foreign",
        State = "missing",
        Pinned = false,
        Guarded = true,
        Restored = 0,
        Table = "1000",
        Priority = 1024,
        Protocol = "static",
        Device = "eth0",
        Reason = "RTNETLINK: No route to host",
    };

    public static LedgerObject Address { get; } = new()
    {
        Id = "0123456789ab",
        Kind = "address",
        Family = "inet",
        Text = "192.0.2.9/32 dev eth0 label \"eth0:vip\"",
        Owner = "networkd",
        State = "restoring",
        Pinned = false,
        Guarded = false,
        Restored = 1,
        Device = "eth0",
    };

    public static IReadOnlyList<LedgerObject> Objects { get; } = [Rule, Route, Address];

    public static IReadOnlyList<LedgerDifference> Differences { get; } = [new("unknown", Rule), new("missing", Route)];

    public static EpisodeRecord Episode { get; } = new()
    {
        Id = "20261121T060012Z-1",
        StartedAt = FixedTime.Now.AddHours(-4),
        EndedAt = FixedTime.Now.AddHours(-4).AddMilliseconds(1830),
        Cause = "apt-get install --reinstall systemd",
        Lost = new ObjectCounts(1, 0, 250, 250),
        Restored = new ObjectCounts(1, 0, 249, 250),
        NotRestorable = [new("10.9.0.0/24 via 192.0.2.77 dev eth9", "its device is gone")],
        Contention = 4,
        LongestGapMilliseconds = 1.25,
        MedianGapMilliseconds = 0.0834,
    };

    public static EpisodeRecord Observed { get; } = Episode with
    {
        Id = "20261120T060000Z-1",
        StartedAt = FixedTime.Now.AddDays(-1).AddHours(-4),
        EndedAt = null,
        Cause = "unknown",
        Restored = ObjectCounts.None,
        NotRestorable = [],
        ObserveOnly = true,
    };

    public static IReadOnlyList<RouteEvent> Events { get; } =
    [
        new() { At = FixedTime.Now, Kind = "lost", Object = Rule.Text, By = "networkd" },
        new() { At = FixedTime.Now.AddMilliseconds(1), Kind = "restored", Object = Rule.Text, By = "agent", GapMilliseconds = 0.08 },
        new() { At = FixedTime.Now.AddSeconds(2), Kind = "episode-ended", Detail = "1 lost, 1 restored" },
    ];
}
