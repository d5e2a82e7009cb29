using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>The pace of age over many starts: as a plan takes it, but not anew at each of them.</summary>
internal sealed class ForecastPace(WindowCalendar startable, DateTimeOffset? last)
{
    // Between two of these moments the pace changes little, for nodes go as it wants.
    private const int Refreshes = 64;
    private static readonly TimeSpan LongestUse = TimeSpan.FromMinutes(10);

    private DateTimeOffset? _last = last;
    private DateTimeOffset _takenAt = DateTimeOffset.MinValue;
    private TimeSpan _interval;
    private int _startsSince;

    /// <summary>When the next node that is not late may go.</summary>
    /// <param name="queue">In the order of latest starts.</param>
    public DateTimeOffset Next(IReadOnlyList<ForecastNode> queue, DateTimeOffset now)
    {
        if (_takenAt < now - LongestUse || _startsSince > queue.Count / Refreshes)
            Take(queue, now);
        return _last is { } before ? startable.After(before, _interval) ?? DateTimeOffset.MaxValue : now;
    }

    public void Started(DateTimeOffset now)
    {
        _last = now;
        _startsSince++;
    }

    private void Take(IReadOnlyList<ForecastNode> queue, DateTimeOffset now)
    {
        TimeSpan open = startable.OpenUntil(now);
        TimeSpan sinceLast = _last is { } before ? open - startable.OpenUntil(before) : TimeSpan.Zero;
        long least = TimeSpan.MaxValue.Ticks;
        for (int i = 0; i < queue.Count; i++)
        {
            long left = (queue[i].OpenUntilLatest - open).Ticks;
            if (left > 0)
                least = Math.Min(least, (left + sinceLast.Ticks) / (i + 1));
        }

        (_interval, _takenAt, _startsSince) = (least == TimeSpan.MaxValue.Ticks ? TimeSpan.Zero : TimeSpan.FromTicks(least), now, 0);
    }
}
