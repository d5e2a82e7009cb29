using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Removes the fields that a structural schema does not know.</summary>
public static class SchemaPruning
{
    /// <summary>Prunes a whole object: apiVersion, kind and metadata are known without being named.</summary>
    /// <returns>The paths of what was removed.</returns>
    public static IReadOnlyList<string> PruneObject(JsonObject value, JsonObject schema)
    {
        var pruned = new List<string>();
        Prune("", value, schema, isResource: true, pruned);
        return pruned;
    }

    private static void Prune(string path, JsonNode? value, JsonObject schema, bool isResource, List<string> pruned)
    {
        switch (value)
        {
            case JsonObject map:
                PruneMap(path, map, schema, isResource || schema.Flag("x-kubernetes-embedded-resource") == true, pruned);
                break;
            case JsonArray list when schema["items"] is JsonObject items:
                for (int i = 0; i < list.Count; i++)
                    Prune($"{path}[{i}]", list[i], items, isResource: false, pruned);
                break;
        }
    }

    private static void PruneMap(string path, JsonObject map, JsonObject schema, bool isResource, List<string> pruned)
    {
        bool keepsUnknown = schema.Flag("x-kubernetes-preserve-unknown-fields") == true
            || schema.Flag("additionalProperties") == true;
        foreach ((string name, JsonNode? value) in map.ToArray())
        {
            string inner = SchemaValidation.Join(path, name);
            if (isResource && name is "apiVersion" or "kind" or "metadata")
                continue;
            if ((schema.Child("properties", name) ?? schema["additionalProperties"] as JsonObject) is { } known)
            {
                Prune(inner, value, known, isResource: false, pruned);
            }
            else if (!keepsUnknown)
            {
                map.Remove(name);
                pruned.Add(inner);
            }
        }
    }
}
