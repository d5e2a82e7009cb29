using System.Globalization;

namespace NodeGuard.Core.Fleet.Windows;

/// <summary>Local wall-clock times as five cron fields: minute, hour, day of month, month, day of week.</summary>
/// <remarks>As in Vixie cron, days match by either of day of month and day of week when both are restricted.</remarks>
public sealed class CronSchedule
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly string _text;
    private readonly CronField _minutes;
    private readonly CronField _hours;
    private readonly CronField _daysOfMonth;
    private readonly CronField _months;
    private readonly CronField _daysOfWeek;

    private CronSchedule(string text, CronField[] fields)
    {
        _text = text;
        (_minutes, _hours, _daysOfMonth, _months, _daysOfWeek) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
    }

    /// <param name="problem">One sentence that names the field which cannot be read.</param>
    public static CronSchedule? Parse(string text, out string problem)
    {
        string[] parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 5)
        {
            problem = $"cron \"{text}\" has {parts.Length} fields; wanted are five: minute hour day-of-month month day-of-week, as in \"0 22 * * 1-5\"";
            return null;
        }

        (string Name, int First, int Last, string[] Names)[] kinds =
        [
            ("minute", 0, 59, []), ("hour", 0, 23, []), ("day of month", 1, 31, []), ("month", 1, 12, Months), ("day of week", 0, 7, Days),
        ];
        var fields = new CronField[5];
        for (int i = 0; i < 5; i++)
        {
            if (CronField.Parse(parts[i], kinds[i].First, kinds[i].Last, kinds[i].Names) is not { } field)
            {
                problem = $"cron \"{text}\": \"{parts[i]}\" is no {kinds[i].Name}; allowed are {kinds[i].First} to {kinds[i].Last}, lists, ranges, steps and *";
                return null;
            }

            fields[i] = field;
        }

        problem = string.Empty;
        return new CronSchedule(text, fields);
    }

    /// <summary>Every week on these days at this time.</summary>
    public static CronSchedule Weekly(IReadOnlyCollection<DayOfWeek> days, TimeOnly at)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"{at.Minute} {at.Hour} * * {(days.Count == 0 ? "*" : string.Join(',', days.Order().Select(static day => (int)day)))}");
        return Parse(text, out string problem) ?? throw new InvalidOperationException(problem);
    }

    /// <summary>The times of one local day, in their order.</summary>
    public IEnumerable<TimeOnly> TimesOn(DateOnly day)
    {
        if (!MatchesDay(day))
            yield break;
        for (int hour = 0; hour < 24; hour++)
        {
            for (int minute = 0; _hours.Has(hour) && minute < 60; minute++)
            {
                if (_minutes.Has(minute))
                    yield return new TimeOnly(hour, minute);
            }
        }
    }

    public override string ToString() => _text;

    private bool MatchesDay(DateOnly day)
    {
        if (!_months.Has(day.Month))
            return false;
        bool ofMonth = _daysOfMonth.Has(day.Day);
        bool ofWeek = _daysOfWeek.Has((int)day.DayOfWeek) || (day.DayOfWeek == DayOfWeek.Sunday && _daysOfWeek.Has(7));
        return _daysOfMonth.IsAny || _daysOfWeek.IsAny ? ofMonth && ofWeek : ofMonth || ofWeek;
    }
}
