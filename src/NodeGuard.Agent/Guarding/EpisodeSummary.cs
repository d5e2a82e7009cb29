using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Agent.Guarding;

/// <summary>An ended episode as the guard's thread counted it. Times are monotonic nanoseconds.</summary>
internal sealed record EpisodeSummary(
    int Number,
    long StartedAt,
    long EndedAt,
    ObjectCounts Lost,
    ObjectCounts Restored,
    long Contention,
    long LongestGap,
    long MedianGap,
    IReadOnlyList<LedgerEntry> NotRestored)
{
    public static EpisodeSummary Of(RouteGuard guard, long now) => new(
        guard.Episode.Number,
        guard.Episode.StartedAt,
        now,
        guard.Episode.Lost,
        guard.Episode.Restored,
        guard.Episode.Contention,
        guard.Episode.LongestGap,
        guard.Episode.MedianGap(),
        [.. guard.NotRestored()]);
}

/// <summary>How many objects the ledger holds, by owner and state.</summary>
internal sealed record LedgerCounts(
    ObjectCounts Foreign, ObjectCounts Networkd, ObjectCounts Missing, int Pinned, bool Full, int Total, bool EpisodeRunning)
{
    public static readonly LedgerCounts None =
        new(ObjectCounts.None, ObjectCounts.None, ObjectCounts.None, 0, false, 0, false);

    /// <summary>Runs on the guard's thread; linear in the ledger.</summary>
    public static LedgerCounts Of(RouteGuard guard)
    {
        Span<int> foreign = stackalloc int[5];
        Span<int> networkd = stackalloc int[5];
        Span<int> missing = stackalloc int[5];
        int pinned = 0;
        foreach (LedgerEntry entry in guard.Ledger.Entries)
        {
            int kind = (int)entry.Key.Kind;
            (entry.Owner == Ownership.Foreign ? foreign : networkd)[kind]++;
            missing[kind] += entry.State is EntryState.Missing or EntryState.Restoring ? 1 : 0;
            pinned += entry.Pinned ? 1 : 0;
        }

        return new(
            Counts(foreign), Counts(networkd), Counts(missing), pinned, guard.Ledger.IsFull, guard.Ledger.Count,
            guard.Episode.Running);
    }

    private static ObjectCounts Counts(ReadOnlySpan<int> byKind) => new(
        byKind[(int)ObjectKind.Address], byKind[(int)ObjectKind.Nexthop], byKind[(int)ObjectKind.Route],
        byKind[(int)ObjectKind.Rule]);
}
