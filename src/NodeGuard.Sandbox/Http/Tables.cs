using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Http;

/// <summary>The Table form of objects, which `kubectl get` prints.</summary>
internal static class Tables
{
    private static readonly PrinterColumn[] Fallback =
    [
        new("Name", "string", 0, "Name of the object", static (o, _) => o.Text("metadata", "name")),
        new("Created At", "date", 0, "When it was created", static (o, _) => o.Text("metadata", "creationTimestamp")),
    ];

    public static JsonObject Of(
        ResourceInfo resource, IEnumerable<JsonObject> values, string includeObject, string? version, DateTimeOffset now, bool columns)
    {
        IReadOnlyList<PrinterColumn> shown = resource.Columns.Count > 0 ? resource.Columns : Fallback;
        var meta = new JsonObject();
        if (version is not null)
            meta["resourceVersion"] = version;
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = meta,
            ["columnDefinitions"] = new JsonArray([.. (columns ? shown : []).Select(Definition)]),
            ["rows"] = new JsonArray([.. values.Select(v => (JsonNode)Row(shown, v, includeObject, now))]),
        };
    }

    private static JsonNode Definition(PrinterColumn column) => new JsonObject
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Name == "Name" ? "name" : "",
        ["description"] = column.Description,
        ["priority"] = column.Priority,
    };

    private static JsonObject Row(
        IReadOnlyList<PrinterColumn> columns, JsonObject value, string includeObject, DateTimeOffset now)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(c => c.Cell(value, now))]) };
        if (includeObject != "None")
            row["object"] = includeObject == "Object" ? value.DeepClone() : ObjectWriter.Metadata(value);
        return row;
    }
}
