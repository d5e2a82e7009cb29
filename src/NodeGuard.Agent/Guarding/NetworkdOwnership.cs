using NodeGuard.Core.Routing;
using NodeGuard.Linux.Systemd;

namespace NodeGuard.Agent.Guarding;

/// <summary>Which objects that were there before the agent are networkd's own.</summary>
internal sealed class NetworkdOwnership
{
    private const byte RTPROT_STATIC = 4;
    private const byte RTPROT_RA = 9;
    private const byte RTPROT_DHCP = 16;

    private readonly HashSet<int> _managed;

    public NetworkdOwnership(IReadOnlyList<NetworkdLink>? links) =>
        _managed = [.. (links ?? []).Where(link => link.Managed).Select(link => link.Index)];

    /// <summary>
    /// Without networkd's own description: routes of the protocols that it uses, and addresses with a lifetime, on links
    /// that it manages. The description, where networkd offers one, corrects this within moments.
    /// </summary>
    public Ownership GuessOwner(in ObservedObject observed)
    {
        bool onManaged = _managed.Contains(observed.Facts.LinkIndex);
        bool its = observed.Key.Kind switch
        {
            ObjectKind.Route => onManaged && observed.Facts.Protocol is (RTPROT_STATIC or RTPROT_RA or RTPROT_DHCP),
            ObjectKind.Address => onManaged && observed.Facts.Expires,
            _ => false,
        };
        return its ? Ownership.Networkd : Ownership.Foreign;
    }
}
