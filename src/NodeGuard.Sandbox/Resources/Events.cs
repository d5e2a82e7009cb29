using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Events, served as `v1` and `events.k8s.io/v1` from one store, which keeps the latter's shape apart from names.</summary>
internal static class Events
{
    /// <summary>Fields that have another name in core/v1 than in events.k8s.io/v1.</summary>
    private static readonly (string Core, string New)[] Renamed =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    private static readonly PrinterColumn[] Shown =
    [
        new("Last Seen", "string", 0, "Last Seen", static (o, now) => Columns.Since(LastSeen(o), now)),
        Columns.Text("Type", static o => o.Text("type")), Columns.Text("Reason", static o => o.Text("reason")),
        Columns.Text("Object", static o => ObjectName(o)),
        Columns.Wide("Subobject", static o => o.Text("involvedObject", "fieldPath") ?? ""),
        Columns.Wide("Source", Source),
        Columns.Text("Message", static o => o.Text("message")?.Trim()),
        new("First Seen", "string", 1, "First Seen", static (o, now) => Columns.Since(FirstSeen(o), now)),
        new("Count", "string", 1, "Count", static (o, _) => o.Number("series", "count") ?? o.Number("count") ?? 1),
        new("Name", "string", 1, "Name", static (o, _) => o.Text("metadata", "name")),
    ];

    public static IEnumerable<ResourceInfo> All()
    {
        var core = new ResourceInfo
        {
            Group = "",
            Version = "v1",
            Plural = "events",
            Singular = "event",
            Kind = "Event",
            Namespaced = true,
            ShortNames = ["ev"],
            StorageKey = "events",
            Strategy = PlainStrategy.Instance,
            Columns = Shown,
            SelectableFields = Selectable("involvedObject", "reportingComponent"),
        };
        yield return core;
        yield return core with
        {
            Group = "events.k8s.io",
            SelectableFields = Selectable("regarding", "reportingController"),
            FromStorage = ToNew,
            ToStorage = ToCore,
        };
    }

    private static JsonObject ToNew(JsonObject core) => Rename(core, "events.k8s.io/v1", Renamed.Select(r => (r.Core, r.New)));

    private static JsonObject ToCore(JsonObject value) => Rename(value, "v1", Renamed.Select(r => (r.New, r.Core)));

    private static JsonObject Rename(JsonObject source, string version, IEnumerable<(string From, string To)> names)
    {
        Dictionary<string, string> map = names.ToDictionary(n => n.From, n => n.To, StringComparer.Ordinal);
        var result = new JsonObject { ["kind"] = "Event", ["apiVersion"] = version };
        foreach ((string field, JsonNode? value) in source)
        {
            if (field is not ("kind" or "apiVersion"))
                result[map.GetValueOrDefault(field, field)] = value?.DeepClone();
        }

        return result;
    }

    /// <summary>The stored object is of core/v1, so its fields are read there.</summary>
    private static Dictionary<string, Func<JsonObject, string>> Selectable(string about, string reporter)
    {
        Dictionary<string, Func<JsonObject, string>> fields = BuiltIns.Fields(
            ("reason", ["reason"]), ("type", ["type"]), (reporter, ["reportingComponent"]), ("source", ["source", "component"]));
        foreach (string field in (string[])["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"])
            fields[$"{about}.{field}"] = o => o.Text("involvedObject", field) ?? "";
        return fields;
    }

    private static DateTimeOffset? LastSeen(JsonObject value) =>
        value.Time("series", "lastObservedTime") ?? value.Time("lastTimestamp") ?? value.Time("eventTime") ?? value.Time("firstTimestamp");

    private static DateTimeOffset? FirstSeen(JsonObject value) => value.Time("firstTimestamp") ?? value.Time("eventTime");

    private static string ObjectName(JsonObject value) =>
        $"{value.Text("involvedObject", "kind")?.ToLowerInvariant()}/{value.Text("involvedObject", "name")}";

    private static string Source(JsonObject value)
    {
        string component = value.Text("source", "component") is { Length: > 0 } old ? old : value.Text("reportingComponent") ?? "";
        string host = value.Text("source", "host") ?? value.Text("reportingInstance") ?? "";
        return host.Length > 0 ? $"{component}, {host}" : component;
    }
}
