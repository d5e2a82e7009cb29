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

    private static string? Age(string? since, DateTimeOffset now) =>
        string.IsNullOrEmpty(since) ? null
        : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? Resources.Columns.HumanDuration(now - time)
            : "<invalid>";

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
