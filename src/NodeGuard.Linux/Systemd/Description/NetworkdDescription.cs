using NodeGuard.Core.Routing;

namespace NodeGuard.Linux.Systemd.Description;

/// <summary>What networkd's Describe() tells of the objects that it configured itself.</summary>
public abstract record NetworkdDescription
{
    private NetworkdDescription()
    {
    }

    public sealed record Offered(NetworkdOwnObjects Own) : NetworkdDescription;

    /// <summary>This version does not name the source of its objects (247 has no Describe at all).</summary>
    public sealed record NotOffered(string Reason) : NetworkdDescription;

    public sealed record Invalid(string Problem) : NetworkdDescription;
}

/// <summary>networkd's own objects; foreign ones, which include the kernel's, are left out.</summary>
/// <param name="Unreadable">Own objects whose JSON was not understood: what they are is unknown, so a missing object here proves nothing.</param>
public sealed record NetworkdOwnObjects(
    IReadOnlyList<OwnAddress> Addresses,
    IReadOnlyList<OwnNexthop> Nexthops,
    IReadOnlyList<OwnRoute> Routes,
    IReadOnlyList<OwnRule> Rules,
    int Unreadable);

/// <param name="Key">Source, the peer, is the local address where there is no peer, as the kernel reports IPv4.</param>
/// <param name="ConfigSource">static, DHCPv4, DHCPv6, DHCP-PD, NDisc, runtime, IPv4LL, …</param>
public sealed record OwnAddress(ObjectKey Key, string ConfigSource);

/// <param name="LinkIndex">0 when it has no device.</param>
public sealed record OwnNexthop(ObjectKey Key, string ConfigSource, int LinkIndex);

/// <param name="LinkIndex">0 when it has no device, or more than one.</param>
/// <param name="Type">RTN_*.</param>
/// <param name="Protocol">RTPROT_*.</param>
/// <param name="Gateway">Null when there is none, or when this version does not tell (multipath, nexthop id).</param>
public sealed record OwnRoute(
    ObjectKey Key, string ConfigSource, int LinkIndex, byte Type, byte Protocol, OwnGateway? Gateway);

/// <summary>The family can be another than the route's: IPv4 via inet6.</summary>
public readonly record struct OwnGateway(byte Family, AddressNumber Address);

/// <summary>
/// The JSON has no goto target, realms or l3mdev (257): several rules, foreign ones too, can read alike.
/// </summary>
/// <param name="Key">Family and priority.</param>
/// <param name="Type">FR_ACT_*: 1 table, 2 goto, 6 blackhole.</param>
/// <param name="Table">Null for rules without one, such as l3mdev.</param>
public sealed record OwnRule(
    ObjectKey Key, string ConfigSource, byte Protocol, byte Type, uint? Table, RulePrefix From, RulePrefix To,
    byte Tos, uint FirewallMark, uint FirewallMask, string? IncomingInterface, string? OutgoingInterface, bool Invert);

/// <summary>Length 0 matches everything.</summary>
public readonly record struct RulePrefix(AddressNumber Address, byte Length);
