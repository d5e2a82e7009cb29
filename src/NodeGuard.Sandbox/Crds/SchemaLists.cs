using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>`x-kubernetes-list-type`: what makes an item of a set or map the only one of its kind.</summary>
internal static class SchemaLists
{
    public static IEnumerable<FieldError> Duplicates(string path, JsonArray list, JsonObject schema)
    {
        string? type = schema.Text("x-kubernetes-list-type");
        if (type is not ("set" or "map"))
            yield break;
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < list.Count; i++)
        {
            JsonNode? identity = type == "set" ? list[i] : KeysOf(list[i], schema);
            string text = identity?.ToJsonString() ?? "null";
            seen[text] = seen.GetValueOrDefault(text) + 1;

            // Of many equal ones the server names the second only.
            if (seen[text] == 2)
                yield return FieldError.Duplicate($"{path}[{i}]", identity);
        }
    }

    /// <summary>The item of the old list with the same keys; null where items cannot be told apart.</summary>
    public static JsonNode? Counterpart(JsonNode? item, JsonObject schema, JsonArray? old)
    {
        if (old is null || schema.Text("x-kubernetes-list-type") != "map")
            return null;
        JsonObject keys = KeysOf(item, schema);
        return old.FirstOrDefault(o => JsonNode.DeepEquals(KeysOf(o, schema), keys));
    }

    private static JsonObject KeysOf(JsonNode? item, JsonObject schema)
    {
        var keys = new JsonObject();
        foreach (JsonNode? key in schema.Items("x-kubernetes-list-map-keys"))
        {
            if (key.Text() is { } name && item is JsonObject map && map.TryGetPropertyValue(name, out JsonNode? value))
                keys[name] = value?.DeepClone();
        }

        return keys;
    }
}
