using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Reads of an object's fields that never throw: a field that is absent or of another type reads as nothing.</summary>
internal static class Fields
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            node = node is JsonObject fields && fields.TryGetPropertyValue(name, out JsonNode? value) ? value : null;
        }

        return node;
    }

    /// <returns>The empty string when there is no such text.</returns>
    public static string Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static int? Number(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        if (node.At(path) is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return null;
        }

        return value.TryGetValue(out int small) ? small
            : value.TryGetValue(out long large) ? (int)Math.Clamp(large, int.MinValue, int.MaxValue)
            : value.TryGetValue(out double real) ? (int)Math.Clamp(real, int.MinValue, int.MaxValue)
            : null;
    }

    public static IEnumerable<JsonObject> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? items.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray items ? items.Select(item => item.Text()) : [];

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(node.Text(path), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : null;

    public static string Name(this JsonObject item) => item.Text("metadata", "name");

    public static string Namespace(this JsonObject item) => item.Text("metadata", "namespace");

    public static string Uid(this JsonObject item) => item.Text("metadata", "uid");

    public static string Annotation(this JsonObject item, string name) => item.Text("metadata", "annotations", name);

    public static bool IsDeleting(this JsonObject item) => item.Text("metadata", "deletionTimestamp").Length > 0;

    public static string ControllerUid(this JsonObject item) => item.Controller().Text("uid");

    public static JsonObject? Controller(this JsonObject item) =>
        item.Items("metadata", "ownerReferences").FirstOrDefault(owner => owner.Flag("controller"));

    public static JsonObject? Condition(this JsonObject item, string type) =>
        item.Items("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type);

    /// <summary>Seconds are what the API's Time holds.</summary>
    public static string ToApiTime(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    public static string ToApiMicroTime(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);

    public static JsonObject Copy(this JsonObject item) => (JsonObject)item.DeepClone();

    /// <summary>The object's field, made when it is absent.</summary>
    public static JsonObject Ensure(this JsonObject item, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (item[name] is not JsonObject inner)
            {
                inner = [];
                item[name] = inner;
            }

            item = inner;
        }

        return item;
    }

    /// <summary>
    /// Sets one condition; <c>lastTransitionTime</c> moves only when the status does. True when anything changed.
    /// </summary>
    public static bool SetCondition(
        this JsonObject status, string type, string value, string reason, string message, DateTimeOffset now)
    {
        if (status["conditions"] is not JsonArray conditions)
        {
            conditions = [];
            status["conditions"] = conditions;
        }

        JsonObject? found = conditions.OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
        if (found is not null && found.Text("status") == value && found.Text("reason") == reason && found.Text("message") == message)
        {
            return false;
        }

        string since = found is not null && found.Text("status") == value ? found.Text("lastTransitionTime") : now.ToApiTime();
        JsonObject wanted = found ?? [];
        wanted["type"] = type;
        wanted["status"] = value;
        wanted["lastTransitionTime"] = since;
        SetText(wanted, "reason", reason);
        SetText(wanted, "message", message);
        if (found is null)
        {
            conditions.Add((JsonNode)wanted);
        }

        return true;
    }

    private static void SetText(JsonObject item, string name, string value)
    {
        if (value.Length == 0)
        {
            item.Remove(name);
        }
        else
        {
            item[name] = value;
        }
    }
}
