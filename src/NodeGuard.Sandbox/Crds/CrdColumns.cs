using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>The columns of `kubectl get` for a custom resource.</summary>
internal static class CrdColumns
{
    public static IReadOnlyList<PrinterColumn> Of(JsonObject version)
    {
        PrinterColumn name = new("Name", "string", 0, "", static (o, _) => o.Text("metadata", "name"));
        PrinterColumn[] own = [.. version.Items("additionalPrinterColumns").OfType<JsonObject>().Select(Column)];
        return own.Length > 0
            ? [name, .. own]
            : [name, new("Age", "date", 0, "", static (o, now) => Age(o.Text("metadata", "creationTimestamp"), now))];
    }

    /// <summary>The time since a moment as kubectl shows it: `75s`, `3m20s`, `26h`, `5d3h`.</summary>
    internal static string? Age(string? since, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(since))
            return null;
        if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
            return "<invalid>";
        TimeSpan age = now - time;
        if (age < TimeSpan.FromSeconds(-1))
            return "<invalid>";
        long seconds = Math.Max(0, (long)age.TotalSeconds);
        (long minutes, long hours, long days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds switch
        {
            < 120 => $"{seconds}s",
            < 600 => Two(minutes, "m", seconds % 60, "s"),
            < 3 * 3600 => $"{minutes}m",
            < 8 * 3600 => Two(hours, "h", minutes % 60, "m"),
            < 48 * 3600 => $"{hours}h",
            < 8 * 86400L => Two(days, "d", hours % 24, "h"),
            < 2 * 365 * 86400L => $"{days}d",
            < 8 * 365 * 86400L => Two(days / 365, "y", days % 365, "d"),
            _ => $"{days / 365}y",
        }}");
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";

    private static PrinterColumn Column(JsonObject definition)
    {
        string type = definition.Text("type") ?? "string";
        var path = JsonPath.Parse(definition.Text("jsonPath") ?? "");
        return new PrinterColumn(
            definition.Text("name") ?? "", type, (int)(definition.Number("priority") ?? 0), definition.Text("description") ?? "",
            (value, now) => Cell(type, path?.Find(value).FirstOrDefault(), now));
    }

    private static JsonNode? Cell(string type, JsonNode? value, DateTimeOffset now) => (type, value?.GetValueKind()) switch
    {
        (_, null) => null,
        ("date", JsonValueKind.String) => Age(value.Text(), now),
        ("string", JsonValueKind.String) => value.Text(),
        ("string", _) => value!.ToJsonString(),
        ("integer" or "number", JsonValueKind.Number) => value!.DeepClone(),
        ("boolean", JsonValueKind.True or JsonValueKind.False) => value!.DeepClone(),
        _ => null,
    };
}
