namespace NodeGuard.Lab.Tests.Lab;

internal static class ForeignRules
{
    private const string ByDesign = "networkd leaves rules of protocol kernel alone";

    private static string? MissesGotoTarget(LabSuite suite) =>
        suite.SystemdVersion < 257 ? "252 deletes a goto without naming its target, which the kernel finds only where the target exists" : null;

    public static readonly IReadOnlyList<ForeignObject> All = [.. Of(ipv6: false), .. Of(ipv6: true), .. OnlyIPv4()];

    private static ForeignObject[] Of(bool ipv6)
    {
        string one = ipv6 ? "2001:db8:a::/48" : "10.201.0.0/16";
        string two = ipv6 ? "2001:db8:b::/48" : "10.202.0.0/16";
        string three = ipv6 ? "2001:db8:9::/48" : "10.200.0.0/16";
        return
        [
            new("rule: from", ipv6, $"rule add from {one} table 100 priority 1000"),
            new("rule: to", ipv6, $"rule add to {two} table 100 priority 1001"),
            new("rule: iif", ipv6, "rule add iif host0 table 100 priority 1002"),
            new("rule: oif", ipv6, "rule add oif host0 table 100 priority 1003"),
            new("rule: iif of no device", ipv6, "rule add iif nosuch0 table 100 priority 1004"),
            new("rule: fwmark and mask", ipv6, "rule add fwmark 0x10/0xff table 100 priority 1005"),
            new("rule: uidrange", ipv6, "rule add uidrange 1000-2000 table 100 priority 1006"),
            new("rule: ipproto and ports", ipv6, "rule add ipproto tcp sport 100-200 dport 443 table 100 priority 1007"),
            new("rule: tos", ipv6, "rule add tos 0x10 table 100 priority 1008"),
            new("rule: dscp", ipv6, "rule add dscp 10 table 100 priority 1009"),
            new("rule: not", ipv6, $"rule add not from {one} table 100 priority 1010"),
            new("rule: suppress_prefixlength", ipv6, "rule add table main suppress_prefixlength 0 priority 1011"),
            new("rule: suppress_ifgroup", ipv6, $"rule add from {one} table 100 suppress_ifgroup 3 priority 1012"),
            new("rule: l3mdev", ipv6, "rule add l3mdev priority 1015"),
            new("rule: equal priorities in order", ipv6, $"rule add from {two} table 103 priority 1016", $"rule add from {one} table 101 priority 1016", $"rule add from {three} table 102 priority 1016"),
            new("rule: goto", ipv6, $"rule add from {two} goto 1016 priority 1013"),
            new("rule: goto of a missing rule", ipv6, $"rule add from {two} goto 1999 priority 1014") { SparedBy = MissesGotoTarget },
            new("rule: own protocol", ipv6, $"rule add from {one} table 100 priority 1017 protocol 188"),
            new("rule: protocol static", ipv6, $"rule add from {one} table 100 priority 1018 protocol static"),
            new("rule: blackhole, unreachable, prohibit", ipv6, $"rule add from {one} blackhole priority 1020", $"rule add from {one} unreachable priority 1021", $"rule add from {one} prohibit priority 1022"),
            new("rule: table above 255", ipv6, $"rule add from {two} table 1001 priority 1023"),
            new("rule: tun_id", ipv6, "rule add tun_id 7 table 100 priority 1024"),
            new("rule: protocol kernel", ipv6, $"rule add from {three} table 100 priority 1025 protocol kernel") { SparedBy = _ => ByDesign },
        ];
    }

    private static ForeignObject[] OnlyIPv4() =>
    [
        new("rule: realms", false, "rule add from 10.203.0.0/16 realms 3/4 table 100 priority 1026"),
    ];
}
