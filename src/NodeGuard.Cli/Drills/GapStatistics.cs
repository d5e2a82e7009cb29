namespace NodeGuard.Cli.Drills;

/// <summary>How long deleted objects were gone, in milliseconds; null figures where no object came back.</summary>
public sealed record GapStatistics(int Count, double? MedianMilliseconds, double? P99Milliseconds, double? LongestMilliseconds)
{
    public static GapStatistics Of(IEnumerable<TimeSpan> gaps)
    {
        var sorted = gaps.Select(static gap => gap.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0
            ? new GapStatistics(0, null, null, null)
            : new GapStatistics(sorted.Length, Percentile(sorted, 50), Percentile(sorted, 99), sorted[^1]);
    }

    // Nearest rank: always a gap that was really measured.
    private static double Percentile(double[] sorted, int percent) =>
        sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100.0) - 1)];
}
