using System.Globalization;
using NodeGuard.Benchmarks.Measuring;

namespace NodeGuard.Benchmarks.Output;

/// <summary>Figures as people read them.</summary>
internal static class Words
{
    public static string Of(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Two digits that mean something, or "-" for none.</summary>
    public static string Milliseconds(double? value) => value switch
    {
        null => "-",
        < 0.1 => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
        < 10 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>median / p99 / max.</summary>
    public static string Of(Gaps gaps) => gaps.Count == 0
        ? "-"
        : $"{Milliseconds(gaps.Median)} / {Milliseconds(gaps.P99)} / {Milliseconds(gaps.Max)}";

    public static string OutOf(int part, int whole) => $"{Of(part)} of {Of(whole)}";
}
