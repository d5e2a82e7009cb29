using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>The API's IntOrString where the text is a percentage of a total.</summary>
internal static class IntOrPercent
{
    /// <returns>Null for what is neither a number nor a percentage.</returns>
    public static int? Of(JsonNode? value, int total, bool roundUp)
    {
        if (value is not JsonValue scalar)
        {
            return null;
        }

        if (scalar.GetValueKind() == JsonValueKind.Number)
        {
            return scalar.Number();
        }

        string text = scalar.Text();
        if (!text.EndsWith('%')
            || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int percent))
        {
            return null;
        }

        long product = (long)percent * total;
        return (int)Math.Min(int.MaxValue, roundUp ? (product + 99) / 100 : product / 100);
    }
}
