namespace NodeGuard.Hosting.Loops;

/// <summary>
/// When loops with nothing to do show that they are alive: all at the same instants, since to wake the process costs more than
/// what a loop then does.
/// </summary>
public static class Beat
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Timers count in whole milliseconds, rounded down: a loop that is woken just before the instant would be woken again.
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(1);

    /// <summary>The longest part of a beat that is no longer than <paramref name="limit"/>: its instants include those of the beat.</summary>
    public static TimeSpan PartWithin(TimeSpan limit) => limit < Interval ? Interval / Math.Ceiling(Interval / limit) : Interval;

    /// <summary>Until the next beat by the clock of this machine.</summary>
    public static TimeSpan Next => Until(TimeProvider.System);

    public static TimeSpan Until(TimeProvider time) => Until(time, Interval);

    /// <summary>Until the next instant that is a multiple of <paramref name="part"/>, and a little.</summary>
    public static TimeSpan Until(TimeProvider time, TimeSpan part) =>
        part - new TimeSpan(time.GetElapsedTime(0).Ticks % part.Ticks) + Behind;
}
