using System.Globalization;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Names that `ip` prints for numbers, without the host's /etc/iproute2; a number without a name stays a number.</summary>
internal static class RoutingNames
{
    private static readonly string[] Metrics =
    [
        "", "lock", "mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit", "initcwnd",
        "features", "rto_min", "initrwnd", "quickack", "congctl", "fastopen_no_cookie",
    ];

    public static string Family(byte family) => family switch
    {
        AF_INET => "inet",
        AF_INET6 => "inet6",
        AF_UNSPEC => "any",
        _ => Number(family),
    };

    public static string RouteProtocol(byte protocol) => protocol switch
    {
        0 => "unspec",
        1 => "redirect",
        2 => "kernel",
        3 => "boot",
        4 => "static",
        8 => "gated",
        9 => "ra",
        10 => "mrt",
        11 => "zebra",
        12 => "bird",
        13 => "dnrouted",
        14 => "xorp",
        15 => "ntk",
        16 => "dhcp",
        18 => "keepalived",
        42 => "babel",
        186 => "bgp",
        187 => "isis",
        188 => "ospf",
        189 => "rip",
        192 => "eigrp",
        _ => Number(protocol),
    };

    /// <summary>IFA_PROTO has numbers of its own.</summary>
    public static string AddressProtocol(byte protocol) => protocol switch
    {
        0 => "unspec",
        1 => "kernel_lo",
        2 => "kernel_ra",
        3 => "kernel_ll",
        _ => Number(protocol),
    };

    public static string Table(uint table) => table switch
    {
        253 => "default",
        254 => "main",
        255 => "local",
        _ => Number(table),
    };

    public static string Scope(byte scope) => scope switch
    {
        0 => "global",
        200 => "site",
        253 => "link",
        254 => "host",
        255 => "nowhere",
        _ => Number(scope),
    };

    /// <summary>RTN_*; empty for unicast, which `ip` does not print.</summary>
    public static string RouteType(byte type) => type switch
    {
        0 or RTN_UNICAST => "",
        RTN_LOCAL => "local",
        3 => "broadcast",
        4 => "anycast",
        5 => "multicast",
        RTN_BLACKHOLE => "blackhole",
        RTN_UNREACHABLE => "unreachable",
        RTN_PROHIBIT => "prohibit",
        RTN_THROW => "throw",
        10 => "nat",
        _ => $"type {Number(type)}",
    };

    public static string Encapsulation(uint type) => type switch
    {
        1 => "mpls",
        2 => "ip",
        3 => "ila",
        4 => "ip6",
        5 => "seg6",
        6 => "bpf",
        7 => "seg6local",
        8 => "rpl",
        9 => "ioam6",
        10 => "xfrm",
        _ => Number(type),
    };

    public static string Metric(int metric) =>
        metric > 0 && metric < Metrics.Length ? Metrics[metric] : $"metric{Number((uint)metric)}";

    public static string IpProtocol(byte protocol) => protocol switch
    {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        58 => "ipv6-icmp",
        132 => "sctp",
        _ => Number(protocol),
    };

    public static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
