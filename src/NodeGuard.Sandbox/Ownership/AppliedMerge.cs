using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>Puts an applied configuration into an object, and takes out fields that nobody wants any more.</summary>
internal static class AppliedMerge
{
    public static JsonObject Merge(JsonObject live, JsonObject config, FieldType type)
    {
        JsonObject result = live.Clone();
        foreach ((string name, JsonNode? value) in config)
        {
            if (value is not null)
                result[name] = Value(result[name], value, type.Child(name) ?? FieldType.Anything);
        }

        return result;
    }

    /// <summary>Takes the fields of a set out; objects that this leaves empty go too.</summary>
    public static void Remove(JsonObject value, FieldSet set, FieldType type)
    {
        foreach ((string step, FieldSet child) in set.Children)
        {
            string name = step[2..];
            if (value[name] is not { } field)
                continue;
            FieldType fieldType = type.Child(name) ?? FieldType.Anything;
            if (child.Children.Count == 0 && !HasParts(field, fieldType))
                value.Remove(name);
            else if (IsEmptyAfter(field, child, fieldType))
                value.Remove(name);
        }
    }

    /// <summary>Whether there is something in it that can have another owner.</summary>
    private static bool HasParts(JsonNode field, FieldType type) => field switch
    {
        JsonObject { Count: > 0 } => type.IsGranularObject,
        JsonArray { Count: > 0 } => type.Keys.Count > 0 || type.IsSet,
        _ => false,
    };

    private static bool IsEmptyAfter(JsonNode field, FieldSet set, FieldType type)
    {
        if (field is JsonObject fields)
        {
            Remove(fields, set, type);
            return fields.Count == 0;
        }

        if (field is not JsonArray list || !HasParts(list, type))
            return false;
        foreach (JsonNode? item in list.ToArray())
        {
            string step = type.IsSet ? FieldSets.ValueOf(item) : FieldSets.KeyOf(item, type.Keys);
            if (!set.Children.TryGetValue(step, out FieldSet? child))
                continue;
            if (child.IsMember)
                list.Remove(item);
            else if (item is JsonObject itemFields)
                Remove(itemFields, child, type.Item!);
        }

        return list.Count == 0;
    }

    private static JsonNode Value(JsonNode? live, JsonNode config, FieldType type) => (live, config) switch
    {
        (JsonObject before, JsonObject fields) when type.IsGranularObject => Merge(before, fields, type),
        (JsonArray before, JsonArray list) when type.IsSet => Union(before, list),
        (JsonArray before, JsonArray list) when type.Keys.Count > 0 => MergeList(before, list, type),
        _ => config.DeepClone(),
    };

    private static JsonArray Union(JsonArray live, JsonArray config) =>
    [
        .. live.Select(i => i?.DeepClone()),
        .. config.Where(c => !live.Any(l => JsonNode.DeepEquals(l, c))).Select(c => c?.DeepClone()),
    ];

    private static JsonArray MergeList(JsonArray live, JsonArray config, FieldType type)
    {
        var result = (JsonArray)live.DeepClone();
        foreach (JsonNode? item in config)
        {
            string key = FieldSets.KeyOf(item, type.Keys);
            JsonNode? known = result.FirstOrDefault(r => FieldSets.KeyOf(r, type.Keys) == key);
            if (known is JsonObject before && item is JsonObject fields)
                result[result.IndexOf(known)] = Merge(before, fields, type.Item!);
            else
                result.Add(item?.DeepClone());
        }

        return result;
    }
}
