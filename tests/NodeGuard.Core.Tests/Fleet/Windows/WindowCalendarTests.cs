using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Testing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Windows;

public class WindowCalendarTests
{
    private const int Days = 4;

    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

    // Two days before each change of the clocks of these zones in 2026, and a day without any.
    private static readonly DateTimeOffset[] Origins =
    [
        .. new[] { "03-27", "10-23", "03-06", "10-30", "04-03", "10-02", "07-01" }.Select(static day => DateTimeOffset.Parse($"2026-{day}T00:00Z", null)),
    ];

    /// <summary>Zone, origin, and windows as (hour, minute, minutes of length, kind of days).</summary>
    private static readonly Gen<(int Zone, int Origin, (int Hour, int Minute, int Length, int Days)[] Windows)> AnyCalendar =
        from zone in Gen.Choose(0, Zones.Length - 1)
        from origin in Gen.Choose(0, Origins.Length - 1)
        from windows in (
            from hour in Gen.Choose(0, 23)
            from minute in Gen.Choose(0, 59)
            from length in Gen.Frequency((3, Gen.Choose(1, 300)), (1, Gen.Choose(300, 3000)))
            from days in Gen.Choose(0, 3)
            select (hour, minute, length, days)).ArrayOf().Where(static windows => windows.Length is > 0 and < 4)
        select (zone, origin, windows);

    [Fact]
    public void EveryQuestionIsAnsweredAsByAListOfOpenMinutes() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(FuzzScale.Cases(150)),
            Prop.ForAll(Arb.From(AnyCalendar), static some => Agrees(some.Zone, some.Origin, some.Windows)));

    [Fact]
    public void WithoutWindowsItIsAlwaysOpen()
    {
        DateTimeOffset from = Origins[0];
        var calendar = WindowCalendar.Of([], from, from.AddDays(1));
        calendar.At(from.AddHours(5)).ShouldBe(new OpenInterval(from, from.AddDays(1)));
        calendar.After(from, TimeSpan.FromHours(2)).ShouldBe(from.AddHours(2));
        calendar.Between(from.AddHours(1), from.AddHours(3)).ShouldBe(TimeSpan.FromHours(2));
        calendar.Between(from.AddHours(3), from.AddHours(1)).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void WindowsThatTouchAreOne()
    {
        var calendar = WindowCalendar.Of([Daily(1, 60), Daily(2, 60), Daily(5, 30)], Origins[^1], Origins[^1].AddDays(1));
        calendar.Open.Select(static interval => interval.Length.TotalMinutes).ShouldBe([120, 30]);
    }

    [Fact]
    public void OfEachWindowOnlyWhatIsLongEnoughIsLeft()
    {
        DateTimeOffset day = Origins[^1];
        var fitting = WindowCalendar.Of([Daily(1, 60), Daily(5, 30)], day, day.AddDays(1)).Fitting(TimeSpan.FromMinutes(45));
        fitting.Open.ShouldHaveSingleItem().ShouldBe(new OpenInterval(day.AddHours(1), day.AddHours(1).AddMinutes(15)));
        fitting.NextOpen(day.AddHours(2)).ShouldBeNull();
        fitting.After(day, TimeSpan.FromMinutes(16)).ShouldBeNull();
    }

    private static bool Agrees(int zoneIndex, int originIndex, (int Hour, int Minute, int Length, int Days)[] specs)
    {
        DateTimeOffset from = Origins[originIndex];
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Zones[zoneIndex]);
        MaintenanceWindow[] windows = [.. specs.Select(spec => new MaintenanceWindow(
            CronSchedule.Parse($"{spec.Minute} {spec.Hour} * * {(spec.Days switch { 0 => "*", 1 => "sun", 2 => "fri,sat", _ => "1-5" })}", out _)!,
            TimeSpan.FromMinutes(spec.Length),
            zone))];
        var calendar = WindowCalendar.Of(windows, from, from.AddDays(Days));
        var model = new MinuteModel(windows, from, Days * 1440);
        for (int minute = 0; minute < Days * 1440; minute += 7)
            model.Same(calendar, minute).ShouldBeNull();
        return true;
    }

    private static MaintenanceWindow Daily(int hour, int minutes) =>
        new(CronSchedule.Weekly([], new TimeOnly(hour, 0)), TimeSpan.FromMinutes(minutes), TimeZoneInfo.Utc);

    /// <summary>A minute is open when, so many minutes before, the wall clock of the zone showed a start for the first time.</summary>
    private sealed class MinuteModel
    {
        private readonly DateTimeOffset _from;
        private readonly bool[] _open;

        public MinuteModel(MaintenanceWindow[] windows, DateTimeOffset from, int minutes)
        {
            _from = from;
            _open = new bool[minutes];
            foreach (MaintenanceWindow window in windows)
            {
                for (int start = (int)-window.Length.TotalMinutes; start < minutes; start++)
                {
                    if (Starts(window, start))
                        Array.Fill(_open, true, Math.Max(start, 0), Math.Min(start + (int)window.Length.TotalMinutes, minutes) - Math.Max(start, 0));
                }
            }
        }

        /// <summary>Null when the calendar says the same of this minute; else what differs.</summary>
        public string? Same(WindowCalendar calendar, int minute)
        {
            DateTimeOffset at = _from.AddMinutes(minute);
            if (calendar.At(at) is not null != _open[minute])
                return $"{at:u}: open is {_open[minute]}";
            int next = Array.IndexOf(_open, true, minute);
            if (next >= 0 && calendar.NextOpen(at) != _from.AddMinutes(next))
                return $"{at:u}: next open is {_from.AddMinutes(next):u}, not {calendar.NextOpen(at):u}";
            int until = Math.Min(minute + 999, _open.Length);
            int open = _open[minute..until].Count(static one => one);
            if (calendar.Between(at, _from.AddMinutes(until)) != TimeSpan.FromMinutes(open))
                return $"{at:u}: {open} minutes are open";
            if (open == 0)
                return null;
            // The open time has passed at the end of its last minute.
            int last = Array.LastIndexOf(_open, true, until - 1) + 1;
            return calendar.After(at, TimeSpan.FromMinutes(open)) == _from.AddMinutes(last) ? null : $"{at:u}: {open} minutes end at {last}";
        }

        private bool Starts(MaintenanceWindow window, int minute)
        {
            DateTime now = Local(window, minute);
            DateTime before = Local(window, minute - 1);
            // Ahead: this minute stands for all those that were skipped. Back: a minute that was shown already is no start.
            for (DateTime local = now > before ? before.AddMinutes(1) : now; local <= now; local = local.AddMinutes(1))
            {
                if (window.Starts.TimesOn(DateOnly.FromDateTime(local)).Contains(TimeOnly.FromDateTime(local)) && !Shown(window, minute, local))
                    return true;
            }

            return false;
        }

        private bool Shown(MaintenanceWindow window, int minute, DateTime local) =>
            Enumerable.Range(1, 120).Any(back => Local(window, minute - back) == local);

        private DateTime Local(MaintenanceWindow window, int minute) => TimeZoneInfo.ConvertTime(_from.AddMinutes(minute), window.Zone).DateTime;
    }
}
