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

            if (entry.Facts is { LinkIndex: 0, NexthopId: 0 } && entry.Key.Kind == ObjectKind.Route)
            {
                foreach (int link in MultipathLinks.Of(entry.Request))
                {
                    Note(link, entry, found);
                }
            }
            else
            {
                Note(LinkOf(ledger, entry), entry, found);
            }
        }

        return found;
    }

    private void Note(int link, LedgerEntry entry, HashSet<int> found)
    {
        if (_asked.TryGetValue(link, out HashSet<AddressNumber>? configured) && !IsConfigured(entry, configured))
        {
            found.Add(link);
        }
    }

    /// <summary>Its own, or that of its nexthop; 0 for none.</summary>
    private static int LinkOf(Ledger ledger, LedgerEntry entry)
    {
        if (entry.Facts.LinkIndex != 0 || entry.Facts.NexthopId == 0)
        {
            return entry.Facts.LinkIndex;
        }

        var key = new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, entry.Facts.NexthopId, 0, 0, 0);
        return ledger.FirstWithKey(key)?.Facts.LinkIndex ?? 0;
    }

    private static bool IsConfigured(LedgerEntry entry, HashSet<AddressNumber> configured) =>
        entry.Key.Kind == ObjectKind.Address && configured.Contains(entry.Key.Destination);

    /// <summary>In the form of <see cref="ObjectKey.Destination"/>.</summary>
    private static AddressNumber Number(IPAddress address) => AddressNumber.ReadBigEndian(address.GetAddressBytes());
}
