using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Core.Routing;

/// <summary>
/// How many objects a ledger holds, by owner and state. Kept with each change: to count 100,000 of them, as the status is
/// written every few seconds, would hold up the guard's thread for milliseconds.
/// </summary>
public sealed class LedgerTally
{
    private const int Kinds = (int)ObjectKind.Rule + 1;

    private readonly int[] _foreign = new int[Kinds];
    private readonly int[] _networkd = new int[Kinds];
    private readonly int[] _missing = new int[Kinds];

    public ObjectCounts Foreign => Told(_foreign);

    public ObjectCounts Networkd => Told(_networkd);

    /// <summary>Lost, and not back yet.</summary>
    public ObjectCounts Missing => Told(_missing);

    public int Pinned { get; private set; }

    internal void Count(LedgerEntry entry, int change)
    {
        int kind = (int)entry.Key.Kind;
        (entry.Owner == Ownership.Foreign ? _foreign : _networkd)[kind] += change;
        _missing[kind] += entry.State is EntryState.Missing or EntryState.Restoring ? change : 0;
        Pinned += entry.Pinned ? change : 0;
    }

    private static ObjectCounts Told(int[] byKind) => new(
        byKind[(int)ObjectKind.Address], byKind[(int)ObjectKind.Nexthop], byKind[(int)ObjectKind.Route], byKind[(int)ObjectKind.Rule]);
}
