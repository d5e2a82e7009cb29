using System.Globalization;

namespace NodeGuard.Controller.Fleet;

/// <summary>Ages as kubectl shows them, coarse enough not to change at each look.</summary>
internal static class AgeText
{
    public static string Of(TimeSpan age) => age switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays}d"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours}h"),
        { TotalMinutes: >= 10 } => string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes / 10 * 10}m"),
        _ => "<10m",
    };
}
