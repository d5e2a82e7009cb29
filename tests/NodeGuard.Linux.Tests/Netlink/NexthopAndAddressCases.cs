namespace NodeGuard.Linux.Tests.Netlink;

internal static class NexthopAndAddressCases
{
    public static IEnumerable<RoundTripCase> Addresses => [.. Version4, .. Version6];

    public static RoundTripCase[] Nexthops =>
    [
        new("by gateway", "nexthop add id 1 via 10.5.0.2 dev veth0"),
        new("of a protocol", "nexthop add id 1 via 10.5.0.2 dev veth0 protocol 186"),
        new("v6", "nexthop add id 1 via 2001:db8:5::2 dev veth0"),
        new("of a device", "nexthop add id 1 dev veth0"),
        new("of a device v6", "-6 nexthop add id 1 dev veth0"),
        new("onlink", "nexthop add id 1 via 192.0.2.5 dev veth0 onlink"),
        new("onlink v6", "nexthop add id 1 via 2001:db8:55::2 dev veth0 onlink"),
        new("blackhole", "nexthop add id 1 blackhole"),
        new("blackhole v6", "-6 nexthop add id 1 blackhole"),
        new("encap ip", "nexthop add id 1 encap ip id 7 dst 10.5.0.9 via 10.5.0.2 dev veth0"),
        new("encap seg6", "nexthop add id 1 encap seg6 mode encap segs fc00::1 via 2001:db8:5::2 dev veth0"),
        new("fdb", "nexthop add id 1 via 10.5.0.9 fdb"),
        new("through a link without carrier", "nexthop add id 1 via 10.77.0.9 dev eth0"),
        new("group", "nexthop add id 1 via 10.5.0.2 dev veth0", "nexthop add id 2 via 10.5.0.3 dev veth0", "nexthop add id 10 group 1,200/2 protocol 17"),
        new("group of fdb nexthops", "nexthop add id 1 via 10.5.0.9 fdb", "nexthop add id 2 via 10.5.0.8 fdb", "nexthop add id 10 group 1/2 fdb"),
        new("resilient group", "nexthop add id 1 via 10.5.0.2 dev veth0", "nexthop add id 2 via 10.5.0.3 dev veth0",
            "nexthop add id 10 group 1,3/2 type resilient buckets 16 idle_timer 60 unbalanced_timer 120"),
    ];

    private static RoundTripCase[] Version4 =>
    [
        new("label", "addr add 10.6.0.1/24 dev veth0 label veth0:vip"),
        new("scope link", "addr add 10.6.0.1/24 dev veth0 scope link"),
        new("scope host on lo", "addr add 10.6.0.1/32 dev lo scope host"),
        new("peer", "addr add 10.6.0.1 peer 10.6.0.2/32 dev veth0"),
        new("peer with a prefix", "addr add 10.6.0.1 peer 10.6.7.0/24 dev veth0"),
        new("lifetimes", "addr add 10.6.0.1/24 dev veth0 valid_lft 1000 preferred_lft 500"),
        new("deprecated", "addr add 10.6.0.1/24 dev veth0 valid_lft 1000 preferred_lft 0"),
        new("noprefixroute", "addr add 10.6.0.1/24 dev veth0 noprefixroute"),
        new("/32", "addr add 192.0.2.9/32 dev veth0"),
        new("metric of the prefix route", "addr add 10.6.0.1/24 dev veth0 metric 50"),
        new("broadcast", "addr add 10.6.0.1/24 broadcast 10.6.0.255 dev veth0"),
        new("no broadcast", "addr add 10.6.0.1/24 dev veth0"),
        new("secondary", "addr add 10.6.0.1/24 dev veth0", "addr add 10.6.0.2/24 dev veth0", "addr add 10.6.0.3/24 dev veth0 label veth0:3"),
        new("secondary of what stays", "addr add 10.5.0.77/24 dev veth0"),
        new("on a link without carrier", "addr add 10.6.0.1/24 dev eth0"),
        new("multicast autojoin", "addr add 239.9.9.9/32 dev veth0 autojoin"),
    ];

    private static RoundTripCase[] Version6 =>
    [
        new("nodad v6", "-6 addr add 2001:db8:6::1/64 dev veth0 nodad"),
        new("duplicates detected v6", "-6 addr add 2001:db8:6::1/64 dev veth0"),
        new("/128", "-6 addr add 2001:db8:6::1/128 dev veth0 nodad"),
        new("noprefixroute v6", "-6 addr add 2001:db8:6::1/64 dev veth0 noprefixroute"),
        new("lifetimes v6", "-6 addr add 2001:db8:6::1/64 dev veth0 valid_lft 1000 preferred_lft 500"),
        new("deprecated v6", "-6 addr add 2001:db8:6::1/64 dev veth0 valid_lft 1000 preferred_lft 0 nodad"),
        new("deprecated for ever v6", "-6 addr add 2001:db8:6::1/64 dev veth0 preferred_lft 0 nodad"),
        new("peer v6", "-6 addr add 2001:db8:6::1 peer 2001:db8:6::2/128 dev veth0 nodad"),
        new("metric v6", "-6 addr add 2001:db8:6::1/64 dev veth0 metric 77 nodad"),
        new("home v6", "-6 addr add 2001:db8:6::1/64 dev veth0 home nodad"),
        new("unique local v6", "-6 addr add fd00:6::1/64 dev veth0 nodad"),
        new("on lo v6", "-6 addr add 2001:db8:6::1/128 dev lo"),
    ];
}
