namespace NodeGuard.Lab.Tests.Lab;

internal static class ForeignRoutes
{
    public static readonly IReadOnlyList<ForeignObject> All = [.. IPv4(), .. IPv6()];

    // The link is then `failed`, after five more passes, each of them a flush.
    private static string? ChokesOnLocks(LabSuite suite) =>
        suite.SystemdVersion >= 257 ? "257 and later cannot write the message that would delete it (Operation not supported)" : null;

    private static ForeignObject[] IPv4() =>
    [
        new("route: plain", false, "route add 10.50.0.0/16 via 10.77.0.1 dev host0"),
        new("route: metric", false, "route add 10.51.0.0/16 via 10.77.0.1 dev host0 metric 50", "route add 10.51.0.0/16 via 10.77.0.9 dev host0 metric 60"),
        new("route: mtu and other metrics", false, "route add 10.52.0.0/16 via 10.77.0.1 dev host0 mtu 1300 advmss 1200 initcwnd 20 quickack 1 congctl reno"),
        new("route: locked metrics", false, "route add 10.69.0.0/16 via 10.77.0.1 dev host0 mtu lock 1400 rto_min 50ms") { SparedBy = ChokesOnLocks },
        new("route: multipath", false, "route add 10.53.0.0/16 nexthop via 10.77.0.1 dev host0 weight 2 nexthop via 10.77.0.9 dev host0 weight 3"),
        new("route: via inet6", false, "route add 10.54.0.0/16 via inet6 2001:db8:77::1 dev host0"),
        new("route: nexthop object", false, "route add 10.55.0.0/16 nhid 10"),
        new("route: nexthop group", false, "route add 10.56.0.0/16 nhid 20"),
        new("route: blackhole nexthop object", false, "route add 10.57.0.0/16 nhid 13"),
        new("route: onlink", false, "route add 10.58.0.0/16 via 192.0.2.1 dev host0 onlink"),
        new("route: prefsrc of networkd's address", false, "route add 10.59.0.0/16 via 10.77.0.1 dev host0 src 10.77.0.2"),
        new("route: prefsrc of a foreign address", false, "route add 10.60.0.0/16 via 10.77.0.1 dev host0 src 10.77.0.200"),
        new("route: gateway behind a foreign address", false, "route add 10.61.0.0/16 via 10.92.0.9 dev host0"),
        new("route: blackhole, unreachable, prohibit, throw", false, "route add blackhole 10.62.0.0/24", "route add unreachable 10.62.1.0/24", "route add prohibit 10.62.2.0/24", "route add throw 10.62.3.0/24 table 1001"),
        new("route: table above 255", false, "route add 10.63.0.0/16 via 10.77.0.1 dev host0 table 1001", "route add default via 10.77.0.1 dev host0 table 1001"),
        new("route: encap", false, "route add 10.64.0.0/16 encap ip id 5 src 10.1.1.2 dst 10.1.1.1 ttl 9 dev host0"),
        new("route: protocols static, dhcp and 188", false, "route add 10.65.0.0/24 via 10.77.0.1 dev host0 proto static", "route add 10.65.1.0/24 via 10.77.0.1 dev host0 proto dhcp", "route add 10.65.2.0/24 via 10.77.0.1 dev host0 proto 188"),
        new("route: scope link and host", false, "route add 10.66.0.0/24 dev host0 scope link", "route add local 10.66.1.0/24 dev host0 scope host"),
        new("route: tos", false, "route add 10.67.0.0/16 tos 0x10 via 10.77.0.1 dev host0"),
        new("route: realms", false, "route add 10.68.0.0/16 via 10.77.0.1 dev host0 realms 7"),
    ];

    private static ForeignObject[] IPv6() =>
    [
        new("route: plain", true, "route add 2001:db8:50::/48 via 2001:db8:77::1 dev host0"),
        new("route: metric", true, "route add 2001:db8:51::/48 via 2001:db8:77::1 dev host0 metric 50"),
        new("route: mtu and other metrics", true, "route add 2001:db8:52::/48 via 2001:db8:77::1 dev host0 mtu 1400 hoplimit 9"),
        new("route: locked metrics", true, "route add 2001:db8:6c::/48 via 2001:db8:77::1 dev host0 mtu lock 1400") { SparedBy = ChokesOnLocks },
        new("route: multipath", true, "route add 2001:db8:53::/48 nexthop via 2001:db8:77::1 dev host0 weight 2 nexthop via 2001:db8:77::9 dev host0 weight 3"),
        new("route: nexthop object", true, "route add 2001:db8:55::/48 nhid 30"),
        new("route: nexthop group", true, "route add 2001:db8:56::/48 nhid 40"),
        new("route: onlink", true, "route add 2001:db8:58::/48 via 2001:db8:ffff::1 dev host0 onlink"),
        new("route: prefsrc of networkd's address", true, "route add 2001:db8:59::/48 via 2001:db8:77::1 dev host0 src 2001:db8:77::2"),
        new("route: prefsrc of a foreign address", true, "route add 2001:db8:60::/48 via 2001:db8:77::1 dev host0 src 2001:db8:92::1"),
        new("route: gateway behind a foreign address", true, "route add 2001:db8:61::/48 via 2001:db8:92::9 dev host0"),
        new("route: blackhole, unreachable, prohibit", true, "route add blackhole 2001:db8:62::/64", "route add unreachable 2001:db8:62:1::/64", "route add prohibit 2001:db8:62:2::/64"),
        new("route: table above 255", true, "route add 2001:db8:63::/48 via 2001:db8:77::1 dev host0 table 1001", "route add default via 2001:db8:77::1 dev host0 table 1001"),
        new("route: encap ip6", true, "route add 2001:db8:64::/48 encap ip6 id 5 dst 2001:db8:77::5 dev host0"),
        new("route: encap seg6", true, "route add 2001:db8:65::/48 encap seg6 mode encap segs 2001:db8:77::5 dev host0"),
        new("route: expires", true, "route add 2001:db8:66::/48 via 2001:db8:77::1 dev host0 expires 3000"),
        new("route: pref high and low", true, "route add 2001:db8:67::/48 via 2001:db8:77::1 dev host0 pref high", "route add 2001:db8:68::/48 via 2001:db8:77::1 dev host0 pref low"),
        new("route: from a source prefix", true, "route add 2001:db8:69::/48 from 2001:db8:77::/64 via 2001:db8:77::1 dev host0"),
        new("route: protocols static and ra", true, "route add 2001:db8:6a::/48 via 2001:db8:77::1 dev host0 proto static", "route add 2001:db8:6b::/48 via 2001:db8:77::1 dev host0 proto ra"),
    ];
}
