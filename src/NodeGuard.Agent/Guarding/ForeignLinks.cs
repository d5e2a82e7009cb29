using System.Net;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Linux.Netlink;

namespace NodeGuard.Agent.Guarding;

/// <summary>Which links carry foreign objects. Reads the ledger: ask it on the guard's thread.</summary>
internal sealed class ForeignLinks
{
    private readonly Dictionary<int, HashSet<AddressNumber>> _asked = [];

    /// <summary>Looks among these links; the addresses that their .network files give them are never foreign.</summary>
    public ForeignLinks(IEnumerable<PreventedLink> links)
    {
        foreach (PreventedLink link in links)
        {
            _asked[link.Index] = [.. ConfiguredAddresses.Of(link.Config).Select(Number)];
        }
    }

    public bool AsksNothing => _asked.Count == 0;

    /// <summary>Indexes of the links that carry some; ends early once all that were asked for do.</summary>
    public IReadOnlySet<int> In(Ledger ledger)
    {
        var found = new HashSet<int>();
        foreach (LedgerEntry entry in ledger.Entries)
        {
            if (found.Count == _asked.Count)
            {
                break;
            }

            if (entry.Owner != Ownership.Foreign || entry.State == EntryState.Retracting)
            {
                continue;
            }

            foreach (int link in LinksOf(ledger, entry))
            {
                if (_asked.TryGetValue(link, out HashSet<AddressNumber>? configured) && !IsConfigured(entry, configured))
                {
                    found.Add(link);
                }
            }
        }

        return found;
    }

    private static IReadOnlyList<int> LinksOf(Ledger ledger, LedgerEntry entry)
    {
        if (entry.Facts.LinkIndex != 0)
        {
            return [entry.Facts.LinkIndex];
        }

        if (entry.Facts.NexthopId != 0)
        {
            var key = new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, entry.Facts.NexthopId, 0, 0, 0);
            return ledger.FirstWithKey(key) is { Facts.LinkIndex: not 0 } nexthop ? [nexthop.Facts.LinkIndex] : [];
        }

        return entry.Key.Kind == ObjectKind.Route ? MultipathLinks.Of(entry.Request) : [];
    }

    private static bool IsConfigured(LedgerEntry entry, HashSet<AddressNumber> configured) =>
        entry.Key.Kind == ObjectKind.Address && configured.Contains(entry.Key.Destination);

    /// <summary>In the form of <see cref="ObjectKey.Destination"/>.</summary>
    private static AddressNumber Number(IPAddress address) => AddressNumber.ReadBigEndian(address.GetAddressBytes());
}
