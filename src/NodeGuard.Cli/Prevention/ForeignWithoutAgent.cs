using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Prevention;

/// <summary>An object as far as its owner can be told from it.</summary>
/// <param name="Address">Text of an address object, without its prefix length; null for other kinds.</param>
/// <param name="Expires">It has a lifetime, as addresses from DHCP and router advertisements do.</param>
public sealed record LiveObject(ObjectKind Kind, byte Protocol, int LinkIndex, string? Address, bool Expires);

/// <summary>
/// Which objects are foreign where no agent watched them being made: the rule of thumb for systemd versions whose
/// networkd does not tell its own. When in doubt, foreign.
/// </summary>
public static class ForeignWithoutAgent
{
    private const byte RTPROT_STATIC = 4;
    private const byte RTPROT_RA = 9;
    private const byte RTPROT_DHCP = 16;

    public static IReadOnlyList<LiveObject> Among(IEnumerable<LiveObject> objects, IReadOnlyList<PreventedLink> managed)
    {
        var links = managed.ToDictionary(static link => link.Index);
        return [.. objects.Where(item => !IsNetworkds(item, links.GetValueOrDefault(item.LinkIndex)))];
    }

    private static bool IsNetworkds(LiveObject item, PreventedLink? link) => item.Kind switch
    {
        // networkd marks its own rules static, and a person can as well.
        ObjectKind.Rule => false,
        ObjectKind.Address => link is not null && (item.Expires || IsConfigured(item.Address, link) || IsLinkLocal(item.Address)),
        _ => item.Protocol is RTPROT_DHCP or RTPROT_RA || (item.Protocol == RTPROT_STATIC && link is not null),
    };

    private static bool IsConfigured(string? address, PreventedLink link) =>
        address is not null
        && ConfiguredAddresses.Of(link.Config).Any(configured => configured.ToString() == address);

    // 169.254.0.0/16, which LinkLocalAddressing= assigns; IPv6 link-local addresses are the kernel's and never asked for here.
    private static bool IsLinkLocal(string? address) => address?.StartsWith("169.254.", StringComparison.Ordinal) == true;
}
