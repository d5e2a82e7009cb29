using System.Globalization;
using NodeGuard.Core.Routing;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Output;

/// <summary>Figures as people read them.</summary>
internal static class Words
{
    public static string Of(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Two digits that mean something, or "-" for none.</summary>
    public static string Figure(double? value) => value switch
    {
        null => "-",
        < 0.1 => value.Value.ToString("0.000", CultureInfo.InvariantCulture),
        < 10 => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("N0", CultureInfo.InvariantCulture),
    };

    public static string Of(ObjectKind kind) => kind switch
    {
        ObjectKind.Address => "addresses",
        ObjectKind.Nexthop => "nexthops",
        ObjectKind.Route => "routes",
        _ => "rules",
    };

    /// <summary>A ratio.</summary>
    public static string Times(double value) => value.ToString(value < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    /// <summary>median / p99 / max.</summary>
    public static string Of(Gaps gaps) => gaps.Count == 0
        ? "-"
        : $"{Figure(gaps.Median)} / {Figure(gaps.P99)} / {Figure(gaps.Max)}";

    public static string OutOf(int part, int whole) => $"{Of(part)} of {Of(whole)}";
}
