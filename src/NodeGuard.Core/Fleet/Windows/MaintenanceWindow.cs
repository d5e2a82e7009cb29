namespace NodeGuard.Core.Fleet.Windows;

/// <summary>Times at which work may start: from each start of the schedule on, for a while.</summary>
/// <param name="Starts">In local time of <paramref name="Zone"/>.</param>
/// <param name="Length">Of real time: a change of the clocks inside a window neither shortens nor stretches it.</param>
public sealed record MaintenanceWindow(CronSchedule Starts, TimeSpan Length, TimeZoneInfo Zone)
{
    /// <summary>The intervals that touch the time between the two instants, in their order; they may overlap.</summary>
    public IEnumerable<OpenInterval> Between(DateTimeOffset from, DateTimeOffset until)
    {
        DateOnly day = LocalDay(from - Length).AddDays(-1);
        for (DateOnly last = LocalDay(until).AddDays(1); day <= last; day = day.AddDays(1))
        {
            foreach (TimeOnly time in Starts.TimesOn(day))
            {
                DateTimeOffset start = Instant(day.ToDateTime(time));
                if (start + Length > from && start < until)
                    yield return new OpenInterval(start, start + Length);
            }
        }
    }

    private DateOnly LocalDay(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, Zone).DateTime);

    /// <summary>
    /// A local time that is skipped in spring means the first instant after the gap; one that comes twice in autumn means
    /// its first coming, so that a window opens once a day all year.
    /// </summary>
    private DateTimeOffset Instant(DateTime local)
    {
        if (Zone.IsInvalidTime(local))
        {
            DateTime after = local;
            while (Zone.IsInvalidTime(after))
                after = after.AddMinutes(1);
            return new DateTimeOffset(after, Zone.GetUtcOffset(after)).ToUniversalTime();
        }

        TimeSpan offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}

/// <summary>From <paramref name="Start"/> on, up to and without <paramref name="End"/>.</summary>
public readonly record struct OpenInterval(DateTimeOffset Start, DateTimeOffset End)
{
    public TimeSpan Length => End - Start;
}
