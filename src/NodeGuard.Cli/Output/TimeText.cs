using System.Globalization;

namespace NodeGuard.Cli.Output;

/// <summary>Times for people: local clock, and ages as kubectl writes them. Programs get RFC 3339 through -o json.</summary>
public static class TimeText
{
    public static string Local(DateTimeOffset at, TimeProvider time) =>
        TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string LocalWithMilliseconds(DateTimeOffset at, TimeProvider time) =>
        TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>The two largest units; "future" where a clock was set back.</summary>
    public static string Age(DateTimeOffset since, TimeProvider time)
    {
        var age = time.GetUtcNow() - since;
        return age < TimeSpan.Zero ? "future" : Duration(age);
    }

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => Invariant($"{span.TotalMilliseconds:0}ms"),
        { TotalSeconds: < 10 } => Invariant($"{span.TotalSeconds:0.0}s"),
        { TotalMinutes: < 2 } => Invariant($"{span.TotalSeconds:0}s"),
        { TotalHours: < 1 } => Pair((int)span.TotalMinutes, "m", span.Seconds, "s"),
        { TotalDays: < 1 } => Pair((int)span.TotalHours, "h", span.Minutes, "m"),
        _ => Pair((int)span.TotalDays, "d", span.Hours, "h"),
    };

    public static string Milliseconds(double milliseconds) => Invariant($"{milliseconds:0.000} ms");

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        small == 0 ? Invariant($"{large}{largeUnit}") : Invariant($"{large}{largeUnit}{small}{smallUnit}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
