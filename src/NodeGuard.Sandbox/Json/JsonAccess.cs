using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Json;

/// <summary>Reads and writes fields by their path. What is absent or of another type reads as null.</summary>
public static class JsonAccess
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string field in path)
        {
            if (node is not JsonObject parent || !parent.TryGetPropertyValue(field, out node))
                return null;
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value ? ToLong(value) : null;

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(
            node.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    public static JsonObject? Child(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    /// <summary>The elements of a list; none when it is absent.</summary>
    public static IEnumerable<JsonNode?> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) as JsonArray ?? Enumerable.Empty<JsonNode?>();

    /// <summary>The texts of a map such as labels; empty when it is absent.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Child(path) is { } map
            ? map.Select(p => KeyValuePair.Create(p.Key, p.Value.Text() ?? ""))
            : [];

    /// <summary>The object at a path, made where it is absent.</summary>
    public static JsonObject Ensure(this JsonObject parent, params ReadOnlySpan<string> path)
    {
        foreach (string field in path)
        {
            if (parent[field] is not JsonObject child)
                parent[field] = child = [];
            parent = child;
        }

        return parent;
    }

    /// <summary>Sets a field that is absent or null.</summary>
    public static void Default(this JsonObject parent, string field, JsonNode value)
    {
        if (parent[field] is null)
            parent[field] = value;
    }

    /// <summary>Sets a field to a copy of another object's, or removes it where that has none.</summary>
    public static void CopyFrom(this JsonObject target, JsonObject source, string field)
    {
        if (source.TryGetPropertyValue(field, out JsonNode? value) && value is not null)
            target[field] = value.DeepClone();
        else
            target.Remove(field);
    }

    public static JsonObject Clone(this JsonObject source) => (JsonObject)source.DeepClone();

    /// <summary>Seconds of RFC 3339, as Kubernetes writes times.</summary>
    public static string ToKubernetesTime(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Microseconds of RFC 3339, for MicroTime fields.</summary>
    public static string ToKubernetesMicroTime(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static long? ToLong(JsonValue value)
    {
        if (value.GetValueKind() != JsonValueKind.Number)
            return null;
        if (value.TryGetValue(out long number))
            return number;
        return value.TryGetValue(out int small) ? small
            : value.TryGetValue(out double real) && real == Math.Floor(real) && Math.Abs(real) < 9e18 ? (long)real : null;
    }
}
