namespace NodeGuard.Lab.Tests.Lab;

/// <summary>How long deleted objects were gone, in milliseconds; null figures where none came back.</summary>
internal sealed record Gaps(int Count, double? Median, double? P99, double? Max)
{
    public static Gaps Of(IEnumerable<long> nanoseconds)
    {
        double[] sorted = [.. nanoseconds.Select(static gap => gap / 1e6).Order()];
        return sorted.Length == 0
            ? new Gaps(0, null, null, null)
            : new Gaps(sorted.Length, Percentile(sorted, 50), Percentile(sorted, 99), sorted[^1]);
    }

    public Gaps Times(double factor) => new(Count, Median * factor, P99 * factor, Max * factor);

    // Nearest rank: always a gap that was really measured.
    private static double Percentile(double[] sorted, int percent) =>
        sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100.0) - 1)];
}
