using NodeGuard.Core.Fleet.Windows;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>
/// How fast nodes of one policy go for their age: the slowest even pace at which every one of them starts in time. A fleet
/// born in one minute is thereby spread over its life, and stays spread.
/// </summary>
/// <remarks>
/// For nodes in the order of their latest starts, the first k must have started by the k-th latest start; so the pace is the
/// steepest k / (open time until then). Taken anew at each start, this is the "optimal available" schedule of Yao, Demers
/// and Shenker. A node goes by the pace that those from its own place on ask for: one that is late, and cannot go, hurries
/// nobody behind it.
/// </remarks>
internal sealed class AgePace
{
    /// <summary>A controller that was away need not make up for it in one burst: the pace has risen meanwhile.</summary>
    public static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(10);

    // Open time between two starts, for each place; it never shrinks from one place to the next. Zero: that one is late.
    private readonly TimeSpan[] _intervals;
    private readonly WindowCalendar _startable;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset? _last;
    private readonly TimeSpan _sinceLast;
    private readonly TimeSpan _lately;
    private readonly int _startedLately;

    /// <param name="latestStarts">In their order; at least one.</param>
    /// <param name="startable">When starts may be made.</param>
    /// <param name="past">Starts for age that are known, in any order.</param>
    public AgePace(IReadOnlyList<DateTimeOffset> latestStarts, WindowCalendar startable, DateTimeOffset now, IReadOnlyList<DateTimeOffset> past)
    {
        (_startable, _now) = (startable, now);
        _last = past.Count == 0 ? null : past.Max();
        _sinceLast = _last is { } last ? startable.Between(last, now) : TimeSpan.Zero;
        _intervals = new TimeSpan[latestStarts.Count];
        var least = TimeSpan.MaxValue;
        for (int i = latestStarts.Count - 1; i >= 0; i--)
        {
            // From the last start on, for the next one is due an interval after it, not after this plan.
            TimeSpan left = startable.Between(now, latestStarts[i]);
            TimeSpan each = left > TimeSpan.Zero ? (left + _sinceLast) / (i + 1) : TimeSpan.Zero;
            least = each < least ? each : least;
            _intervals[i] = least;
        }

        _lately = startable.Between(now - LongestCatchUp, now);
        _startedLately = past.Count(start => start > now - LongestCatchUp);
    }

    /// <summary>Whether the node at this place may start now, after so many others that start now as well.</summary>
    public bool Admits(int place, int others) => others < Due(_intervals[place]);

    /// <summary>When the node at this place is to start, as it looks now; null when no window opens until then.</summary>
    public DateTimeOffset? Reaches(int place)
    {
        DateTimeOffset? reached = _last is { } last
            ? _startable.After(last, _intervals[place] * (place + 1))
            : _startable.After(_now, _intervals[place] * place);
        return reached < _now ? _startable.NextOpen(_now) : reached;
    }

    private int Due(TimeSpan interval)
    {
        if (interval <= TimeSpan.Zero)
            return int.MaxValue;
        if (_last is null)
            return 1;
        if (_sinceLast < interval)
            return 0;
        // Plans come at their own times: a whole start too few or too many at each of them would add up, so those of the
        // last minutes are counted together.
        double room = Math.Floor(_lately / interval) - _startedLately;
        double most = Math.Ceiling((_sinceLast < _lately ? _sinceLast : _lately) / interval);
        return (int)Math.Min(Math.Max(1, Math.Min(room, most)), int.MaxValue);
    }
}
