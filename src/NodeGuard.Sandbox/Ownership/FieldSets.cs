using System.Collections.Frozen;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>Which fields a value has, and which differ between two.</summary>
internal static class FieldSets
{
    private const string Metadata = "metadata";

    // Of the whole object: its metadata is looked at by itself.
    private static readonly FrozenSet<string> Apart = FrozenSet.Create(StringComparer.Ordinal, "apiVersion", "kind", Metadata);

    private static readonly FrozenSet<string> Unowned = FrozenSet.Create(
        StringComparer.Ordinal,
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds");

    /// <summary>The fields of an object that can have owners.</summary>
    /// <param name="value">A whole object.</param>
    /// <param name="type">Its type.</param>
    /// <param name="containers">Whether maps and lists that have elements count themselves, as for updates.</param>
    public static FieldSet Of(JsonObject value, FieldType type, bool containers)
    {
        var set = new FieldSet();
        AddFields(set, value, type, containers, Apart);
        if (value[Metadata] is JsonObject meta)
            AddFields(set.Child($"f:{Metadata}"), meta, MetadataType(type), containers, Unowned);
        return set;
    }

    /// <summary>What is new or has another value, and what is gone.</summary>
    public static (FieldSet Changed, FieldSet Removed) Compare(JsonObject old, JsonObject now, FieldType type)
    {
        var (changed, removed) = (new FieldSet(), new FieldSet());
        CompareObjects(old, now, type, changed, removed, Apart);
        if (old[Metadata] is JsonObject before && now[Metadata] is JsonObject after)
            CompareObjects(before, after, MetadataType(type), changed.Child($"f:{Metadata}"), removed.Child($"f:{Metadata}"), Unowned);
        return (changed, removed);
    }

    /// <summary>The step to an element of a list by its keys.</summary>
    public static string KeyOf(JsonNode? item, IReadOnlyList<string> keys)
    {
        var key = new JsonObject();
        foreach (string name in keys)
        {
            if ((item.At(name) ?? (name == "protocol" ? "TCP" : null)) is { } value)
                key[name] = value.DeepClone();
        }

        return $"k:{JsonText.Compact(key)}";
    }

    public static string ValueOf(JsonNode? item) => $"v:{(item is null ? "null" : JsonText.Compact(item))}";

    private static FieldType MetadataType(FieldType type) => type.Child(Metadata) ?? FieldType.Anything;

    private static void AddFields(
        FieldSet set, JsonObject fields, FieldType type, bool containers, FrozenSet<string>? without = null)
    {
        foreach ((string name, JsonNode? child) in fields)
        {
            if (child is not null && without?.Contains(name) != true)
                Add(set.Child($"f:{name}"), child, type.Child(name) ?? FieldType.Anything, containers);
        }
    }

    private static void Add(FieldSet set, JsonNode? value, FieldType type, bool containers)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } fields when type.IsGranularObject:
                set.IsMember |= containers && type.Shape != FieldShape.Struct;
                AddFields(set, fields, type, containers);
                break;
            case JsonArray { Count: > 0 } list when type.Keys.Count > 0 || type.IsSet:
                set.IsMember |= containers;
                foreach (JsonNode? item in list)
                    AddItem(set, item, type, containers);
                break;
            default:
                set.IsMember = true;
                break;
        }
    }

    private static void AddItem(FieldSet set, JsonNode? item, FieldType type, bool containers)
    {
        FieldSet child = set.Child(Step(item, type));
        child.IsMember = true;
        if (item is JsonObject fields)
            AddFields(child, fields, type.Item!, containers);
    }

    private static string Step(JsonNode? item, FieldType type) => type.IsSet ? ValueOf(item) : KeyOf(item, type.Keys);

    private static void CompareObjects(
        JsonObject old, JsonObject now, FieldType type, FieldSet changed, FieldSet removed, FrozenSet<string>? without = null)
    {
        foreach ((string name, JsonNode? value) in now)
        {
            if (without?.Contains(name) != true)
                CompareAt(name, old[name], value, type, changed, removed);
        }

        foreach ((string name, JsonNode? value) in old)
        {
            if (!now.ContainsKey(name) && without?.Contains(name) != true)
                CompareAt(name, value, null, type, changed, removed);
        }
    }

    private static void CompareAt(
        string name, JsonNode? old, JsonNode? now, FieldType parent, FieldSet changed, FieldSet removed)
    {
        if (JsonNode.DeepEquals(old, now))
            return;
        string step = $"f:{name}";
        FieldType type = parent.Child(name) ?? FieldType.Anything;
        switch (old, now)
        {
            case (null, _):
                Add(changed.Child(step), now, type, containers: true);
                break;
            case (_, null):
                Add(removed.Child(step), old, type, containers: true);
                break;
            case (JsonObject before, JsonObject after) when type.IsGranularObject:
                CompareObjects(before, after, type, changed.Child(step), removed.Child(step));
                break;
            case (JsonArray before, JsonArray after) when type.Keys.Count > 0 || type.IsSet:
                CompareLists(before, after, type, changed.Child(step), removed.Child(step));
                break;
            default:
                changed.Child(step).IsMember = true;
                break;
        }
    }

    private static void CompareLists(JsonArray old, JsonArray now, FieldType type, FieldSet changed, FieldSet removed)
    {
        var before = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (JsonNode? item in old)
            before[Step(item, type)] = item;
        foreach (JsonNode? item in now)
        {
            if (!before.Remove(Step(item, type), out JsonNode? was))
                AddItem(changed, item, type, containers: true);
            else if (item is JsonObject after && was is JsonObject earlier)
                CompareObjects(earlier, after, type.Item!, changed.Child(Step(item, type)), removed.Child(Step(item, type)));
        }

        foreach (JsonNode? item in before.Values)
            AddItem(removed, item, type, containers: true);
    }
}
