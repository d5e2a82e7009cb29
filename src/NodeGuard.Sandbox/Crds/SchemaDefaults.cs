using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Fills in the defaults of a schema, those within defaults too.</summary>
public static class SchemaDefaults
{
    public static void Apply(JsonNode? value, JsonObject schema)
    {
        switch (value)
        {
            case JsonObject map:
                ApplyToProperties(map, schema);
                break;
            case JsonArray list when schema["items"] is JsonObject items:
                foreach (JsonNode? item in list)
                    Apply(item, items);
                break;
        }
    }

    /// <summary>Whether a default is anywhere in the schema.</summary>
    public static bool AnyIn(JsonNode? schema) => schema switch
    {
        JsonObject map => map.ContainsKey("default") || map.Any(p => AnyIn(p.Value)),
        JsonArray list => list.Any(AnyIn),
        _ => false,
    };

    private static void ApplyToProperties(JsonObject map, JsonObject schema)
    {
        foreach ((string name, JsonNode? property) in schema.Child("properties") ?? [])
        {
            if (property is not JsonObject inner)
                continue;
            if (inner["default"] is { } fallback && NeedsDefault(map, name, inner))
                map[name] = fallback.DeepClone();
            DropNull(map, name, inner);
            Apply(map[name], inner);
        }

        if (schema["additionalProperties"] is not JsonObject additional)
            return;
        foreach ((string name, JsonNode? child) in map.ToArray())
        {
            if (schema.Child("properties", name) is not null)
                continue;
            if (child is null && additional["default"] is { } fallback && additional.Flag("nullable") != true)
                map[name] = fallback.DeepClone();
            DropNull(map, name, additional);
            Apply(map[name], additional);
        }
    }

    /// <summary>What may not be null and has no default is as if the client had left it out.</summary>
    private static void DropNull(JsonObject map, string name, JsonObject schema)
    {
        if (map.TryGetPropertyValue(name, out JsonNode? value) && value is null && schema.Flag("nullable") != true)
            map.Remove(name);
    }

    /// <summary>A null counts as absent where null is not allowed.</summary>
    private static bool NeedsDefault(JsonObject map, string name, JsonObject schema) =>
        !map.TryGetPropertyValue(name, out JsonNode? value) || (value is null && schema.Flag("nullable") != true);
}
