using System.Globalization;

namespace NodeGuard.Core.Fleet.Windows;

/// <summary>The values that one field of a cron line allows; all are below 64.</summary>
internal readonly record struct CronField(ulong Values, bool IsAny)
{
    public bool Has(int value) => (Values >> value & 1) != 0;

    /// <summary>Null when the text is none: "*", "5", "1-5", "*/15", "10-50/10", names, and lists of these.</summary>
    public static CronField? Parse(string text, int first, int last, string[] names)
    {
        ulong values = 0;
        foreach (string part in text.Split(','))
        {
            if (Part(part, first, last, names) is not { } some)
                return null;
            values |= some;
        }

        // As in Vixie cron: a step of a star restricts nothing for the rule about the two kinds of days.
        return new CronField(values, text.StartsWith('*'));
    }

    private static ulong? Part(string part, int first, int last, string[] names)
    {
        string[] step = part.Split('/');
        if (step.Length > 2 || !TryRange(step[0], first, last, names, out int from, out int to))
            return null;
        int by = 1;
        if (step.Length == 2)
        {
            if (!int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out by) || by < 1 || by > last)
                return null;
            // "5/10" begins at 5 and has no other end than the field's.
            to = step[0].Contains('-', StringComparison.Ordinal) || step[0] == "*" ? to : last;
        }

        ulong values = 0;
        for (int value = from; value <= to; value += by)
            values |= 1UL << value;
        return values;
    }

    private static bool TryRange(string text, int first, int last, string[] names, out int from, out int to)
    {
        (from, to) = (first, last);
        if (text == "*")
            return true;
        string[] ends = text.Split('-');
        if (ends.Length > 2 || !TryValue(ends[0], first, names, out from))
            return false;
        to = from;
        return (ends.Length == 1 || TryValue(ends[1], first, names, out to)) && from >= first && to <= last && from <= to;
    }

    private static bool TryValue(string text, int first, string[] names, out int value)
    {
        int named = Array.FindIndex(names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = named + first;
        return named >= 0 || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
