namespace NodeGuard.Lab.Tests.Lab;

internal static class ForeignNexthops
{
    public static readonly IReadOnlyList<ForeignObject> All =
    [
        new("nexthop: gateway", false, "nexthop add id 10 via 10.77.0.1 dev host0", "nexthop add id 11 via 10.77.0.9 dev host0 protocol 18"),
        new("nexthop: onlink", false, "nexthop add id 12 via 192.0.2.9 dev host0 onlink"),
        new("nexthop: blackhole", false, "nexthop add id 13 blackhole"),
        new("nexthop: group", false, "nexthop add id 20 group 10,3/11,7"),
        new("nexthop: resilient group", false, "nexthop add id 21 group 10/11 type resilient buckets 32 idle_timer 60"),
        new("nexthop: gateway", true, "nexthop add id 30 via 2001:db8:77::1 dev host0", "nexthop add id 31 via 2001:db8:77::9 dev host0"),
        new("nexthop: group", true, "nexthop add id 40 group 30/31"),
    ];
}
