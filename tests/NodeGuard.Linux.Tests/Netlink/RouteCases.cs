namespace NodeGuard.Linux.Tests.Netlink;

internal static class RouteCases
{
    private static readonly string[] Nexthops =
    [
        "nexthop add id 1 via 10.5.0.2 dev veth0",
        "nexthop add id 2 via 10.5.0.3 dev veth0",
        "nexthop add id 3 via 2001:db8:5::2 dev veth0",
        "nexthop add id 4 via 2001:db8:5::3 dev veth0",
        "nexthop add id 10 group 1/2,10",
        "nexthop add id 11 group 3,4/4",
        "nexthop add id 12 group 1/2 type resilient buckets 8",
        "nexthop add id 13 blackhole",
        "-6 nexthop add id 14 blackhole",
    ];

    public static IEnumerable<RoundTripCase> All => [.. Version4, .. Multipath, .. Version6, .. Encapsulated, .. ByNexthop];

    private static RoundTripCase[] Version4 =>
    [
        new("default", "route add default via 10.5.0.2 dev veth0"),
        new("metrics of preference", "route add 10.1.0.0/16 via 10.5.0.2 metric 5", "route add 10.1.0.0/16 via 10.5.0.3 metric 6"),
        new("appended twins", "route add 10.1.0.0/16 via 10.5.0.2 metric 5", "route append 10.1.0.0/16 via 10.5.0.3 metric 5"),
        new("mtu lock", "route add 10.1.0.0/16 via 10.5.0.2 mtu lock 1400"),
        new("many metrics", "route add 10.1.0.0/16 via 10.5.0.2 mtu 1400 advmss 1300 initcwnd 20 initrwnd 30 hoplimit 9 quickack 1 rto_min 50ms"),
        new("congestion control", "route add 10.1.0.0/16 via 10.5.0.2 congctl reno"),
        new("features", "route add 10.1.0.0/16 via 10.5.0.2 features ecn"),
        new("via inet6", "route add 10.1.0.0/16 via inet6 2001:db8:5::2 dev veth0"),
        new("onlink", "route add 10.1.0.0/16 via 192.0.2.77 dev veth0 onlink"),
        new("preferred source", "route add 10.1.0.0/16 via 10.5.0.2 src 10.5.0.1"),
        new("blackhole", "route add blackhole 10.1.0.0/16"),
        new("unreachable", "route add unreachable 10.1.0.0/16 metric 9"),
        new("prohibit", "route add prohibit 10.1.0.0/16"),
        new("throw", "route add throw 10.1.0.0/16 table 100"),
        new("local in a table", "route add local 10.1.0.0/16 dev lo table 100"),
        new("broadcast", "route add broadcast 10.1.0.255 dev veth0 table 100"),
        new("multicast", "route add multicast 239.1.0.0/16 dev veth0"),
        new("table above 255", "route add 10.1.0.0/16 via 10.5.0.2 table 100000"),
        new("scope link", "route add 10.1.0.0/16 dev veth0 scope link protocol 186"),
        new("scope host", "route add 10.1.0.0/16 dev lo scope host"),
        new("tos", "route add 10.1.0.0/16 tos 0x10 via 10.5.0.2", "route add 10.1.0.0/16 via 10.5.0.3"),
        new("realms", "route add 10.1.0.0/16 via 10.5.0.2 realms 3/5"),
        new("through a link without carrier", "route add 10.1.0.0/16 via 10.77.0.9 dev eth0"),
        new("protocol static on a link of its own", "route add 10.1.0.0/16 via 10.5.0.2 protocol static metric 4294967295"),
    ];

    private static RoundTripCase[] Multipath =>
    [
        new("multipath", "route add 10.1.0.0/16 nexthop via 10.5.0.2 dev veth0 weight 2 nexthop via 10.5.0.3 dev veth0"),
        new("multipath, metric, mtu", "route add 10.1.0.0/16 metric 7 mtu lock 1300 nexthop via 10.5.0.2 weight 256 nexthop via 10.5.0.3"),
        new("multipath with via inet6", "route add 10.1.0.0/16 nexthop via inet6 2001:db8:5::2 dev veth0 nexthop via 10.5.0.3 dev veth0"),
        new("multipath onlink", "route add 10.1.0.0/16 nexthop via 192.0.2.1 dev veth0 onlink nexthop via 192.0.2.2 dev veth0 onlink weight 3"),
        new("multipath with realms", "route add 10.1.0.0/16 nexthop via 10.5.0.2 realms 4 nexthop via 10.5.0.3 realms 5/6"),
        new("multipath with a hop without carrier", "route add 10.1.0.0/16 nexthop via 10.5.0.2 dev veth0 nexthop via 10.77.0.9 dev eth0"),
        new("multipath encap", "route add 10.1.0.0/16 nexthop encap ip id 7 dst 10.5.0.9 via 10.5.0.2 dev veth0 nexthop via 10.5.0.3 dev veth0"),
        new("multipath v6", "-6 route add 2001:db8:100::/48 nexthop via 2001:db8:5::2 dev veth0 nexthop via 2001:db8:5::3 dev veth0"),
        new("multipath v6 with weights", "-6 route add 2001:db8:100::/48 metric 50 nexthop via 2001:db8:5::2 dev veth0 weight 2 nexthop via 2001:db8:5::3 dev veth0 weight 3"),
        new("multipath v6 with weights of which one is 1", "-6 route add 2001:db8:100::/48 nexthop via 2001:db8:5::2 dev veth0 weight 5 nexthop via 2001:db8:5::3 dev veth0"),
        new("multipath v6 onlink", "-6 route add 2001:db8:100::/48 nexthop via 2001:db8:55::2 dev veth0 onlink nexthop via 2001:db8:55::3 dev veth0 onlink weight 4"),
        new("multipath v6 encap", "-6 route add 2001:db8:100::/48 nexthop encap seg6 mode encap segs fc00::1 via 2001:db8:5::2 dev veth0 nexthop via 2001:db8:5::3 dev veth0 weight 2"),
        new("multipath v6 over two links", "-6 route add 2001:db8:100::/48 nexthop via 2001:db8:5::2 dev veth0 nexthop via fe80::7 dev veth1"),
        new("multipath v6 with mtu", "-6 route add 2001:db8:100::/48 mtu 1400 nexthop via 2001:db8:5::2 dev veth0 nexthop via 2001:db8:5::3 dev veth0 weight 2"),
    ];

    private static RoundTripCase[] Version6 =>
    [
        new("default v6", "-6 route add default via 2001:db8:5::2 dev veth0"),
        new("metric v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 metric 5", "-6 route add 2001:db8:100::/48 via 2001:db8:5::3 metric 6"),
        new("devices of one metric v6", "-6 route add 2001:db8:100::/48 dev veth0 metric 5", "-6 route append 2001:db8:100::/48 dev veth1 metric 5"),
        new("mtu lock v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 mtu lock 1400"),
        new("metrics v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 mtu 1400 advmss 1300 hoplimit 9"),
        new("onlink v6", "-6 route add 2001:db8:100::/48 via 2001:db8:55::2 dev veth0 onlink"),
        new("preferred source v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 src 2001:db8:5::1"),
        new("from v6", "-6 route add 2001:db8:100::/48 from 2001:db8:9::/48 via 2001:db8:5::2 dev veth0"),
        new("blackhole v6", "-6 route add blackhole 2001:db8:100::/48"),
        new("unreachable v6", "-6 route add unreachable 2001:db8:100::/48 metric 9"),
        new("prohibit v6", "-6 route add prohibit 2001:db8:100::/48"),
        new("throw v6", "-6 route add throw 2001:db8:100::/48 table 100"),
        new("local v6 in a table", "-6 route add local 2001:db8:100::/48 dev lo table 100"),
        new("anycast v6", "-6 route add anycast 2001:db8:100::1 dev veth0"),
        new("multicast v6", "-6 route add multicast ff05::/16 dev veth0 table 100"),
        new("table above 255 v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 table 100000"),
        new("expires v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 dev veth0 expires 600"),
        new("pref high v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 pref high"),
        new("pref low v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 pref low expires 900"),
        new("through a link without carrier v6", "-6 route add 2001:db8:100::/48 via fe80::9 dev eth0"),
        new("protocol v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 protocol 186"),
        new("protocol ra by hand v6", "-6 route add 2001:db8:100::/48 via 2001:db8:5::2 protocol ra"),
    ];

    private static RoundTripCase[] Encapsulated =>
    [
        new("encap ip", "route add 10.1.0.0/16 encap ip id 7 src 10.5.0.1 dst 10.5.0.9 ttl 9 tos 4 via 10.5.0.2 dev veth0"),
        new("encap ip6", "route add 10.1.0.0/16 encap ip6 id 7 dst 2001:db8:5::9 hoplimit 9 via 10.5.0.2 dev veth0"),
        new("encap ip6 v6", "-6 route add 2001:db8:100::/48 encap ip6 id 9 dst 2001:db8:5::9 via 2001:db8:5::2 dev veth0"),
        new("encap seg6", "-6 route add 2001:db8:100::/48 encap seg6 mode encap segs fc00::1,fc00::2 dev veth0"),
        new("encap seg6 inline", "-6 route add 2001:db8:100::/48 encap seg6 mode inline segs fc00::1,fc00::2 via 2001:db8:5::2 dev veth0"),
        new("encap seg6local", "-6 route add 2001:db8:100::/128 encap seg6local action End dev veth0"),
    ];

    private static RoundTripCase[] ByNexthop =>
    [
        new("by nexthop", "route add 10.1.0.0/16 nhid 1") { Prepare = Nexthops },
        new("by nexthop v6", "-6 route add 2001:db8:100::/48 nhid 3") { Prepare = Nexthops },
        new("v4 by nexthop v6", "route add 10.1.0.0/16 nhid 3") { Prepare = Nexthops },
        new("by group", "route add 10.1.0.0/16 nhid 10 metric 8 mtu 1400") { Prepare = Nexthops },
        new("by group v6", "-6 route add 2001:db8:100::/48 nhid 11 metric 8") { Prepare = Nexthops },
        new("by resilient group", "route add 10.1.0.0/16 nhid 12") { Prepare = Nexthops },
        new("by blackhole nexthop", "route add 10.1.0.0/16 nhid 13") { Prepare = Nexthops },
        new("by blackhole nexthop v6", "-6 route add 2001:db8:100::/48 nhid 14") { Prepare = Nexthops },
        new("routes with what they hang on", [.. Nexthops, "route add 10.1.0.0/16 nhid 10", "-6 route add 2001:db8:100::/48 nhid 11", "route add 10.2.0.0/16 nhid 12"]),
    ];
}
