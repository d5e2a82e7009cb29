using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Patches;

/// <summary>
/// Strategic merge patch: lists of objects merge by the key that their field has in Kubernetes, with the directives
/// `$patch`, `$deleteFromPrimitiveList`, `$setElementOrder` and `$retainKeys`.
/// </summary>
internal static class StrategicMergePatch
{
    /// <summary>A new value, or null and what is wrong with the patch.</summary>
    public static JsonObject? Apply(JsonObject target, JsonObject patch, FieldType type, out string? error)
    {
        error = null;
        try
        {
            return Merge(target, patch, type);
        }
        catch (FormatException e)
        {
            error = e.Message;
            return null;
        }
    }

    private static JsonObject Merge(JsonObject target, JsonObject patch, FieldType type)
    {
        switch (patch.Text("$patch"))
        {
            case "replace":
                return Without(patch, "$patch");
            case "delete":
                return [];
            case null or "merge":
                break;
            case var other:
                throw new FormatException($"$patch is '{other}'; allowed: merge, replace, delete");
        }

        JsonObject result = target.Clone();
        if (patch["$retainKeys"] is JsonArray retained)
        {
            HashSet<string> kept = [.. retained.Select(r => r.Text() ?? "")];
            foreach (string field in result.Select(p => p.Key).Where(f => !kept.Contains(f)).ToArray())
                result.Remove(field);
        }

        foreach ((string name, JsonNode? value) in patch)
        {
            if (name.StartsWith('$'))
                continue;
            if (value is null)
                result.Remove(name);
            else if (Field(result[name], value, type, name) is { } merged)
                result[name] = merged;
            else
                result.Remove(name);
        }

        Directives(result, patch, type);
        return result;
    }

    private static JsonNode? Field(JsonNode? old, JsonNode value, FieldType type, string name)
    {
        FieldType child = type.Child(name) ?? FieldType.Anything;
        if (value is JsonObject patch)
            return patch.Text("$patch") == "delete" ? null : Merge(old as JsonObject ?? [], patch, child);
        if (value is JsonArray items && child.MergeKey is { } key)
            return key.Length == 0 ? Union(old as JsonArray, items) : MergeList(old as JsonArray, items, key, child.Item!);
        return value.DeepClone();
    }

    private static JsonArray Union(JsonArray? old, JsonArray added)
    {
        var result = (JsonArray?)old?.DeepClone() ?? [];
        foreach (JsonNode? item in added.Where(a => !result.Any(r => JsonNode.DeepEquals(r, a))))
            result.Add(item?.DeepClone());
        return result;
    }

    private static JsonArray MergeList(JsonArray? old, JsonArray patch, string key, FieldType type)
    {
        bool replace = patch.Any(p => p is JsonObject { Count: 1 } && p.Text("$patch") == "replace");
        List<JsonObject> result = replace ? [] : [.. (old ?? []).OfType<JsonObject>().Select(o => o.Clone())];
        foreach (JsonNode? item in patch)
        {
            if (item is not JsonObject change)
                throw new FormatException($"a list that merges by {key} must hold objects");
            if (change.Count == 1 && change.Text("$patch") == "replace")
                continue;
            if (change[key] is not { } wanted)
                throw new FormatException($"map: {change.ToJsonString()} does not contain declared merge key: {key}");
            int at = result.FindIndex(r => JsonNode.DeepEquals(r[key], wanted));
            if (change.Text("$patch") == "delete")
                result.RemoveAll(r => JsonNode.DeepEquals(r[key], wanted));
            else if (at >= 0)
                result[at] = Merge(result[at], change, type);
            else
                result.Add(Merge([], Without(change, "$patch"), type));
        }

        return Arranged(result, [.. patch.Select(p => p.At(key))], (old ?? []).Select(o => o.At(key)).ToArray(), key);
    }

    /// <summary>
    /// In the order of the patch; elements that it does not name stand before those that came after them in the old list,
    /// and behind new ones.
    /// </summary>
    private static JsonArray Arranged(List<JsonObject> items, JsonNode?[] patched, JsonNode?[] before, string key)
    {
        static int Index(JsonNode?[] keys, JsonNode? wanted) => Array.FindIndex(keys, k => JsonNode.DeepEquals(k, wanted));
        var rest = new Queue<JsonObject>(items.Where(i => Index(patched, i[key]) < 0));
        var named = new Queue<JsonObject>(items.Where(i => Index(patched, i[key]) >= 0).OrderBy(i => Index(patched, i[key])));
        var result = new JsonArray();
        while (rest.Count + named.Count > 0)
        {
            bool restFirst = named.Count == 0
                || (rest.Count > 0 && Index(before, named.Peek()[key]) is >= 0 and var place && Index(before, rest.Peek()[key]) < place);
            result.Add((JsonNode)(restFirst ? rest : named).Dequeue());
        }

        return result;
    }

    /// <summary>`$deleteFromPrimitiveList/FIELD` and `$setElementOrder/FIELD`.</summary>
    private static void Directives(JsonObject result, JsonObject patch, FieldType type)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (name.Split('/', 2) is not [var directive, var field] || result[field] is not JsonArray list || value is not JsonArray values)
                continue;
            if (directive == "$deleteFromPrimitiveList")
            {
                result[field] = new JsonArray(
                    [.. list.Where(i => !values.Any(v => JsonNode.DeepEquals(i, v))).Select(i => i?.DeepClone())]);
            }
            else if (directive == "$setElementOrder" && type.Child(field)?.MergeKey is { } key)
            {
                result[field] = Ordered(list, values, key);
            }
        }
    }

    /// <summary>Those that the order names stand in its order, each in the places of those; the others stay where they are.</summary>
    private static JsonArray Ordered(JsonArray list, JsonArray order, string key)
    {
        int Rank(JsonNode? item)
        {
            for (int i = 0; i < order.Count; i++)
            {
                if (JsonNode.DeepEquals(key.Length == 0 ? item : item.At(key), key.Length == 0 ? order[i] : order[i].At(key)))
                    return i;
            }

            return -1;
        }

        var named = new Queue<JsonNode?>(list.Where(i => Rank(i) >= 0).OrderBy(Rank));
        return new JsonArray([.. list.Select(i => (Rank(i) >= 0 ? named.Dequeue() : i)?.DeepClone())]);
    }

    private static JsonObject Without(JsonObject source, string field)
    {
        JsonObject copy = source.Clone();
        copy.Remove(field);
        return copy;
    }
}
