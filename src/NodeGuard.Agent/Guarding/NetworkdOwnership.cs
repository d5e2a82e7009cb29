using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Systemd;
using NodeGuard.Linux.Systemd.Description;
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
    private readonly HashSet<ObjectKey>? _own;
    private readonly HashSet<RuleMatch> _ownRules = [];

    /// <param name="links">networkd's links; null when they cannot be read.</param>
    /// <param name="described">networkd's own objects; null where it does not describe them.</param>
    public NetworkdOwnership(IReadOnlyList<NetworkdLink>? links, NetworkdOwnObjects? described = null)
    {
        _managed = [.. (links ?? []).Where(link => link.Managed).Select(link => link.Index)];
        if (described is null)
        {
            return;
        }

        _own =
        [
            .. described.Addresses.Select(address => address.Key),
            .. described.Nexthops.Select(nexthop => nexthop.Key),
            .. described.Routes.Select(route => route.Key),
        ];
        _ownRules = [.. described.Rules.Select(rule => new RuleMatch(rule.Key, rule.From, rule.To, rule.Table ?? 0, rule.FirewallMark))];
    }

    /// <summary>What tells rules of one priority apart, of all that networkd describes.</summary>
    private readonly record struct RuleMatch(ObjectKey Key, RulePrefix From, RulePrefix To, uint Table, uint FirewallMark);

    /// <summary>Whose an object is that was there before the agent.</summary>
    public Ownership OwnerOf(in ObservedObject observed) => Decide(observed.Key, observed.Facts, observed.Request);

    /// <summary>Corrects the owners in the ledger; runs on the guard's thread.</summary>
    public void Apply(GuardThread thread)
    {
        bool changed = false;
        foreach (LedgerEntry entry in thread.Guard.Ledger.Entries)
        {
            entry.OwnerDescribed |= _own is not null && IsDescribed(_own, entry.Key, entry.Request);

            // A description is as old as the call: what was seen being created meanwhile is known better.
            Ownership owner = entry.OwnerObserved ? entry.Owner
                : entry.OwnerDescribed ? Ownership.Networkd
                : Decide(entry.Key, entry.Facts, entry.Request);
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
        bool its = _own is not null ? IsDescribed(_own, key, request) : IsGuessed(key, facts);
        return its ? Ownership.Networkd : Ownership.Foreign;
    }

    private bool IsGuessed(in ObjectKey key, in ObjectFacts facts) => _managed.Contains(facts.LinkIndex) && key.Kind switch
    {
        ObjectKind.Route => facts.Protocol is RTPROT_STATIC or RTPROT_RA or RTPROT_DHCP,
        ObjectKind.Address => facts.Expires,
        _ => false,
    };

    private bool IsDescribed(HashSet<ObjectKey> own, in ObjectKey key, ReadOnlySpan<byte> request) =>
        key.Kind == ObjectKind.Rule ? _ownRules.Contains(MatchOf(key, request)) : own.Contains(key);

    private static RuleMatch MatchOf(in ObjectKey key, ReadOnlySpan<byte> request)
    {
        const int fibRuleHdrLength = 12;
        ReadOnlySpan<byte> payload = request[NetlinkMessage.HeaderLength..];
        var match = new RuleMatch(key, new RulePrefix(0, payload[2]), new RulePrefix(0, payload[1]), payload[4], 0);
        var attributes = new AttributeReader(payload[fibRuleHdrLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            match = attribute.Type switch
            {
                FRA_SRC => match with { From = match.From with { Address = attribute.Address } },
                FRA_DST => match with { To = match.To with { Address = attribute.Address } },
                FRA_TABLE => match with { Table = attribute.UInt32 },
                FRA_FWMARK => match with { FirewallMark = attribute.UInt32 },
                _ => match,
            };
        }

        return match;
    }
}
