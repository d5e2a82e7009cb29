using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>
/// How fast nodes of one policy go for their age: the slowest even pace at which every one of them starts in time. A fleet
/// born in one minute is thereby spread over its life, and stays spread.
/// </summary>
/// <remarks>
/// For nodes in the order of their latest starts, the first k must have started by the k-th latest start; so the pace is the
/// steepest k / (open time until then). Taken anew at each start, this is the "optimal available" schedule of Yao, Demers
/// and Shenker.
/// </remarks>
/// <param name="Interval">Open time between two starts; zero: something is late, there is no pace any more.</param>
/// <param name="Next">When the next one is to start; null when no window opens until then.</param>
internal readonly record struct AgePace(TimeSpan Interval, DateTimeOffset? Next)
{
    // A controller that was away need not make up for it in one burst: the pace has risen meanwhile.
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(10);

    /// <param name="latestStarts">In their order; at least one.</param>
    /// <param name="startable">When starts may be made.</param>
    /// <param name="last">The last start for age; null for none that is known.</param>
    public static AgePace Of(IReadOnlyList<DateTimeOffset> latestStarts, WindowCalendar startable, DateTimeOffset now, DateTimeOffset? last)
    {
        var interval = TimeSpan.MaxValue;
        for (int i = 0; i < latestStarts.Count && interval > TimeSpan.Zero; i++)
        {
            TimeSpan each = startable.Between(now, latestStarts[i]) / (i + 1);
            interval = each < interval ? each : interval;
        }

        return new AgePace(interval, last is { } before ? Later(startable.After(before, interval), now) : startable.NextOpen(now));
    }

    /// <summary>How many may start now.</summary>
    public int Due(WindowCalendar startable, DateTimeOffset now, DateTimeOffset? last)
    {
        if (Interval <= TimeSpan.Zero)
            return int.MaxValue;
        if (Next is not { } next || next > now)
            return 0;
        TimeSpan passed = startable.Between(last ?? now, now);
        passed = passed < LongestCatchUp ? passed : LongestCatchUp;
        return Math.Max(1, (int)(passed / Interval));
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset other) => one is { } time && time < other ? other : one;
}
