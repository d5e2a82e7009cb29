namespace NodeGuard.Lab.Tests.Lab;

internal static class ForeignAddresses
{
    public static readonly IReadOnlyList<ForeignObject> All =
    [
        new("address: /32 VIP", false, "addr add 10.77.0.200/32 dev host0"),
        new("address: second of networkd's own prefix", false, "addr add 10.77.0.50/24 dev host0"),
        new("address: prefix with its connected route", false, "addr add 10.92.0.1/24 dev host0"),
        new("address: label", false, "addr add 10.93.0.1/24 dev host0 label host0:1"),
        new("address: scope link", false, "addr add 10.94.0.1/24 dev host0 scope link"),
        new("address: peer", false, "addr add 10.95.0.1 peer 10.95.0.2/32 dev host0"),
        new("address: lifetimes", false, "addr add 10.96.0.1/24 dev host0 valid_lft 5000 preferred_lft 4000"),
        new("address: noprefixroute", false, "addr add 10.97.0.1/24 dev host0 noprefixroute"),
        new("address: metric and broadcast", false, "addr add 10.98.0.1/24 dev host0 broadcast 10.98.0.254 metric 77"),
        new("address: of a protocol", false, "addr add 10.99.0.1/24 dev host0 proto 85"),

        new("address: /128 VIP", true, "addr add 2001:db8:77::200/128 dev host0"),
        new("address: prefix with its connected route", true, "addr add 2001:db8:92::1/64 dev host0 nodad"),
        new("address: peer", true, "addr add 2001:db8:95::1 peer 2001:db8:95::2/128 dev host0"),
        new("address: lifetimes", true, "addr add 2001:db8:96::1/64 dev host0 valid_lft 5000 preferred_lft 4000"),
        new("address: deprecated", true, "addr add 2001:db8:9a::1/64 dev host0 preferred_lft 0"),
        new("address: noprefixroute", true, "addr add 2001:db8:97::1/64 dev host0 noprefixroute"),
        new("address: metric", true, "addr add 2001:db8:98::1/64 dev host0 metric 77"),
        new("address: of a protocol", true, "addr add 2001:db8:99::1/64 dev host0 proto 85"),
    ];
}
