using System.Globalization;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Output;

/// <summary>"3: 1 address, 2 rules": kinds without an object are left out.</summary>
public static class CountsText
{
    public static string Of(ObjectCounts counts)
    {
        if (counts.Total == 0)
            return "none";
        string[] kinds =
        [
            Kind(counts.Addresses, "address", "addresses"), Kind(counts.Nexthops, "nexthop", "nexthops"),
            Kind(counts.Routes, "route", "routes"), Kind(counts.Rules, "rule", "rules"),
        ];
        return $"{Number(counts.Total)}: {string.Join(", ", kinds.Where(static kind => kind.Length > 0))}";
    }

    private static string Kind(int count, string one, string many) => count switch
    {
        0 => "",
        1 => $"1 {one}",
        _ => $"{Number(count)} {many}",
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
