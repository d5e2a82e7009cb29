namespace NodeGuard.Core.Fleet.Windows;

/// <summary>
/// When a policy's windows are open within a stretch of time, and how much open time lies between two instants of it.
/// Beyond its stretch nothing is open.
/// </summary>
public sealed class WindowCalendar
{
    private readonly OpenInterval[] _open;
    // _before[i]: open time before interval i.
    private readonly TimeSpan[] _before;

    private WindowCalendar(OpenInterval[] open)
    {
        _open = open;
        _before = new TimeSpan[open.Length + 1];
        for (int i = 0; i < open.Length; i++)
            _before[i + 1] = _before[i] + open[i].Length;
    }

    /// <summary>In their order; they neither overlap nor touch.</summary>
    public IReadOnlyList<OpenInterval> Open => _open;

    /// <summary>Without any window all of the stretch is open.</summary>
    public static WindowCalendar Of(IReadOnlyList<MaintenanceWindow> windows, DateTimeOffset from, DateTimeOffset until)
    {
        if (windows.Count == 0)
            return new WindowCalendar([new OpenInterval(from, until)]);
        var merged = new List<OpenInterval>();
        foreach (OpenInterval next in windows.SelectMany(window => window.Between(from, until)).OrderBy(static interval => interval.Start))
        {
            if (merged.Count > 0 && next.Start <= merged[^1].End)
                merged[^1] = merged[^1] with { End = Later(merged[^1].End, next.End) };
            else
                merged.Add(next);
        }

        return new WindowCalendar([.. merged]);
    }

    /// <summary>When something that takes <paramref name="duration"/> may start, so that it ends inside a window.</summary>
    public WindowCalendar Fitting(TimeSpan duration) =>
        new([.. _open.Where(interval => interval.Length > duration).Select(interval => interval with { End = interval.End - duration })]);

    /// <summary>The interval that the instant is in; null when closed.</summary>
    public OpenInterval? At(DateTimeOffset instant)
    {
        int index = IndexOf(instant);
        return index >= 0 && instant < _open[index].End ? _open[index] : null;
    }

    /// <summary>The first instant from <paramref name="from"/> on that is open; null when there is none in the stretch.</summary>
    public DateTimeOffset? NextOpen(DateTimeOffset from)
    {
        if (At(from) is not null)
            return from;
        int next = IndexOf(from) + 1;
        return next < _open.Length ? _open[next].Start : null;
    }

    /// <summary>How much of the time between the two is open; zero when the second is not later.</summary>
    public TimeSpan Between(DateTimeOffset from, DateTimeOffset until) =>
        until <= from ? TimeSpan.Zero : OpenUntil(until) - OpenUntil(from);

    /// <summary>The instant at which this much open time has passed; null when the stretch has less.</summary>
    public DateTimeOffset? After(DateTimeOffset from, TimeSpan open)
    {
        if (open <= TimeSpan.Zero)
            return NextOpen(from);
        TimeSpan target = OpenUntil(from) + open;
        int index = Array.BinarySearch(_before, target);
        index = index >= 0 ? index : ~index - 1;
        // At a boundary the open time passes at the end of the interval before.
        if (index > 0 && _before[index] == target)
            index--;
        if (index >= _open.Length)
            return null;
        return _open[index].Start + (target - _before[index]);
    }

    /// <summary>How much is open from the begin of the stretch until then.</summary>
    public TimeSpan OpenUntil(DateTimeOffset instant)
    {
        int index = IndexOf(instant);
        if (index < 0)
            return TimeSpan.Zero;
        DateTimeOffset end = instant < _open[index].End ? instant : _open[index].End;
        return _before[index] + (end - _open[index].Start);
    }

    /// <summary>The last interval that starts at the instant or before; -1 for none.</summary>
    private int IndexOf(DateTimeOffset instant)
    {
        int low = 0;
        int high = _open.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_open[middle].Start <= instant)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
