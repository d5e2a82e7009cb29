using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Systemd;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Which objects are networkd's own: by its description where it offers one, else by what it is known to create.
/// What was seen being created needs neither.
/// </summary>
internal sealed class NetworkdOwnership
{
    private const byte RTPROT_STATIC = 4;
    private const byte RTPROT_RA = 9;
    private const byte RTPROT_DHCP = 16;

    private readonly HashSet<int> _managed;
    private readonly NetworkdDescription? _description;

    public NetworkdOwnership(IReadOnlyList<NetworkdLink>? links, NetworkdDescription? description = null)
    {
        _managed = [.. (links ?? []).Where(link => link.Managed).Select(link => link.Index)];
        _description = description;
    }

    /// <summary>Whose an object is that was there before the agent.</summary>
    public Ownership OwnerOf(in ObservedObject observed) => Decide(observed.Key, observed.Facts, observed.Request);

    /// <summary>Corrects the owners in the ledger; runs on the guard's thread.</summary>
    public void Apply(GuardThread thread)
    {
        bool changed = false;
        foreach (LedgerEntry entry in thread.Guard.Ledger.Entries)
        {
            // A description is as old as the call: what was seen being created meanwhile is known better.
            Ownership owner = entry.OwnerObserved ? entry.Owner : Decide(entry.Key, entry.Facts, entry.Request);
            changed |= owner != entry.Owner;
            entry.Owner = owner;
        }

        if (changed)
        {
            thread.Guard.Ledger.Touch();
        }
    }

    private Ownership Decide(in ObjectKey key, in ObjectFacts facts, ReadOnlySpan<byte> request)
    {
        bool its = _description is not null ? IsDescribed(_description, key, request) : IsGuessed(key, facts);
        return its ? Ownership.Networkd : Ownership.Foreign;
    }

    private bool IsGuessed(in ObjectKey key, in ObjectFacts facts) => _managed.Contains(facts.LinkIndex) && key.Kind switch
    {
        ObjectKind.Route => facts.Protocol is RTPROT_STATIC or RTPROT_RA or RTPROT_DHCP,
        ObjectKind.Address => facts.Expires,
        _ => false,
    };

    private static bool IsDescribed(NetworkdDescription description, in ObjectKey key, ReadOnlySpan<byte> request) =>
        key.Kind == ObjectKind.Rule
            ? description.Rules.Contains(RuleOf(key, request))
            : description.Objects.Contains(key);

    private static OwnRule RuleOf(in ObjectKey key, ReadOnlySpan<byte> request)
    {
        const int fibRuleHdrLength = 12;
        ReadOnlySpan<byte> payload = request[NetlinkMessage.HeaderLength..];
        var rule = new OwnRule(key.Family, key.Priority, 0, payload[2], 0, payload[1], payload[4], 0);
        var attributes = new AttributeReader(payload[fibRuleHdrLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            rule = attribute.Type switch
            {
                FRA_SRC => rule with { From = attribute.Address },
                FRA_DST => rule with { To = attribute.Address },
                FRA_TABLE => rule with { Table = attribute.UInt32 },
                FRA_FWMARK => rule with { FirewallMark = attribute.UInt32 },
                _ => rule,
            };
        }

        return rule;
    }
}
