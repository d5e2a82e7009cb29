namespace NodeGuard.Linux.Tests.Netlink;

internal static class RuleCases
{
    public static IEnumerable<RoundTripCase> All =>
    [
        .. Selectors.SelectMany(selector => new[] { Rule(selector, "", "v4"), Rule(selector, "-6 ", "v6") }),
        .. OwnAddresses,
        new("equal priority in order, v4",
            "rule add from 10.9.3.0/24 lookup 103 priority 1500",
            "rule add from 10.9.1.0/24 lookup 101 priority 1500",
            "rule add from 10.9.2.0/24 lookup 102 priority 1500"),
        new("equal priority in order, v6",
            "-6 rule add from 2001:db8:3::/48 lookup 103 priority 1500",
            "-6 rule add from 2001:db8:1::/48 lookup 101 priority 1500",
            "-6 rule add from 2001:db8:2::/48 lookup 102 priority 1500"),
        new("goto with its target", "rule add from all lookup 100 priority 3000", "rule add from 10.9.0.0/16 goto 3000 priority 1000"),
        new("twins but for their protocol",
            "rule add from 10.9.0.0/16 lookup 100 priority 1000 protocol 4",
            "rule add from 10.9.0.0/16 lookup 100 priority 1000 protocol 17"),
        new("realms", "rule add from 10.9.0.0/16 realms 1/2 lookup 100 priority 1000"),
    ];

    private static readonly string[] Selectors =
    [
        "iif veth0",
        "oif veth0",
        "iif gone0",
        "oif gone0",
        "iif veth0 oif veth1",
        "fwmark 0x1/0xff",
        "fwmark 0x7",
        "fwmark 0x0/0xff",
        "uidrange 100-200",
        "ipproto tcp sport 1000-2000 dport 443",
        "ipproto udp dport 53",
        "dport 8000-9000",
        "tos 0x10",
        "not fwmark 0x3",
        "suppress_prefixlength 0",
        "suppress_prefixlength 24",
        "suppress_ifgroup 7",
        "goto 3000",
        "tun_id 42",
        "protocol 17",
        "protocol 186 fwmark 0x10/0xf0",
    ];

    private static readonly RoundTripCase[] OwnAddresses =
    [
        new("from v4", "rule add from 10.9.0.0/16 lookup 100 priority 1000"),
        new("from v6", "-6 rule add from 2001:db8:9::/48 lookup 100 priority 1000"),
        new("to v4", "rule add to 10.9.0.1 lookup 100 priority 1000"),
        new("to v6", "-6 rule add to 2001:db8:9::1 lookup 100 priority 1000"),
        new("from and to v4", "rule add from 10.9.0.0/16 to 10.8.0.0/16 lookup 100 priority 1000"),
        new("from and to v6", "-6 rule add from 2001:db8:9::/48 to 2001:db8:8::/48 lookup 100 priority 1000"),
        new("not from", "rule add not from 10.9.0.0/16 lookup 100 priority 1000"),
        new("not from v6", "-6 rule add not from 2001:db8:9::/48 lookup 100 priority 1000"),
        new("table above 255", "rule add from 10.9.0.0/16 lookup 100000 priority 1000"),
        new("table above 255 v6", "-6 rule add from 2001:db8:9::/48 lookup 100000 priority 1000"),
        new("priority 0", "rule add from 10.9.0.0/16 lookup 100 priority 0"),
        new("priority 0 v6", "-6 rule add from 2001:db8:9::/48 lookup 100 priority 0"),
        new("l3mdev", "rule add l3mdev priority 1000"),
        new("l3mdev v6", "-6 rule add l3mdev priority 1000"),
        new("blackhole", "rule add from 10.9.0.0/16 blackhole priority 1000"),
        new("unreachable", "rule add from 10.9.0.0/16 unreachable priority 1000"),
        new("prohibit", "rule add from 10.9.0.0/16 prohibit priority 1000"),
        new("prohibit v6", "-6 rule add from 2001:db8:9::/48 prohibit priority 1000"),
        new("nop", "rule add from 10.9.0.0/16 nop priority 1000"),
    ];

    private static RoundTripCase Rule(string selector, string family, string suffix)
    {
        // A jump looks up no table.
        string action = selector.StartsWith("goto", StringComparison.Ordinal) ? "" : "lookup 100 ";
        string not = selector.StartsWith("not ", StringComparison.Ordinal) ? "not " : "";
        return new($"{selector} {suffix}", $"{family}rule add {not}from all {selector[not.Length..]} {action}priority 1000");
    }
}
