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

    /// <summary>Runs on the guard's thread.</summary>
    public static LedgerCounts Of(RouteGuard guard)
    {
        Ledger ledger = guard.Ledger;
        return new(ledger.Tally.Foreign, ledger.Tally.Networkd, ledger.Tally.Missing, ledger.Tally.Pinned, ledger.IsFull, ledger.Count, guard.Episode.Running);
    }
}
