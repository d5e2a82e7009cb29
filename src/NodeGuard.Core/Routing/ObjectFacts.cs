namespace NodeGuard.Core.Routing;

/// <summary>What the guard needs to know about an object without reading its message again.</summary>
public readonly record struct ObjectFacts
{
    /// <summary>rtm_protocol, FRA_PROTOCOL, nh_protocol or IFA_PROTO; 0 (unspec) where the kernel gave none.</summary>
    public byte Protocol { get; init; }

    public RestoreStage Stage { get; init; }

    /// <summary>
    /// Made by the kernel itself and re-made by it: protocol kernel, IPv6 link-local and autoconfigured addresses,
    /// cloned or redirected routes. Never recorded, never restored.
    /// </summary>
    public bool KernelMade { get; init; }

    /// <summary>
    /// The object has a lifetime, so only the message that reports its deletion has the seconds that were left.
    /// </summary>
    public bool Expires { get; init; }

    /// <summary>Output link of a route or nexthop, or the link of an address; 0 when it has none or several.</summary>
    public int LinkIndex { get; init; }

    /// <summary>RTA_NH_ID of a route; 0 for none.</summary>
    public uint NexthopId { get; init; }

    /// <summary>RTA_PREFSRC of a route in the form of <see cref="ObjectKey.Destination"/>; 0 for none.</summary>
    public AddressNumber PreferredSource { get; init; }

    /// <summary>An IPv4 address behind another of its prefix (IFA_F_SECONDARY), so that it is nobody's default source.</summary>
    public bool Secondary { get; init; }
}
