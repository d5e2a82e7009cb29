using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Kubernetes quantities ("250m", "1Gi") as thousandths, which is exact for what CPUs and memory use.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m),
        ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m),
    ];

    /// <returns>Thousandths, rounded up; 0 for what is no quantity.</returns>
    public static long Milli(JsonNode? quantity)
    {
        string text = quantity is JsonValue value ? value.ToString() : "";
        decimal factor = 1;
        foreach ((string suffix, decimal unit) in Suffixes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                text = text[..^suffix.Length];
                factor = unit;
                break;
            }
        }

        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            || Math.Abs(number) > 1e12m)
        {
            return 0;
        }

        decimal milli = Math.Ceiling(number * factor * 1000);
        return milli > long.MaxValue ? long.MaxValue : (long)milli;
    }
}
