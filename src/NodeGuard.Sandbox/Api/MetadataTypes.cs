using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Api;

/// <summary>What `metadata` must be made of before anything looks into it.</summary>
internal static class MetadataTypes
{
    private static readonly string[] Texts = ["name", "generateName", "namespace", "uid", "resourceVersion"];

    /// <summary>Null when it is; else the first field that is something else, as a decoder says it.</summary>
    public static string? Error(JsonObject value)
    {
        string? error = Wrong(value, "metadata", JsonValueKind.Object);
        if (error is not null)
            return error;
        if (value["metadata"] is not JsonObject meta)
            return null;
        foreach (string field in Texts)
            error ??= Wrong(meta, field, JsonValueKind.String, "metadata.");
        foreach (string field in (string[])["labels", "annotations"])
        {
            error ??= Wrong(meta, field, JsonValueKind.Object, "metadata.");
            foreach ((string key, _) in meta[field] as JsonObject ?? [])
                error ??= Wrong((JsonObject)meta[field]!, key, JsonValueKind.String, $"metadata.{field}.");
        }

        return error ?? List(meta, "finalizers", JsonValueKind.String) ?? List(meta, "ownerReferences", JsonValueKind.Object)
            ?? List(meta, "managedFields", JsonValueKind.Object);
    }

    private static string? List(JsonObject meta, string field, JsonValueKind kind)
    {
        if (Wrong(meta, field, JsonValueKind.Array, "metadata.") is { } error)
            return error;
        JsonNode? other = (meta[field] as JsonArray)?.FirstOrDefault(item => item?.GetValueKind() != kind);
        bool holdsOther = meta[field] is JsonArray items && items.Any(item => item?.GetValueKind() != kind);
        return holdsOther ? Text(other, $"metadata.{field}", kind) : null;
    }

    private static string? Wrong(JsonObject map, string field, JsonValueKind kind, string path = "") =>
        map[field] is { } value && value.GetValueKind() != kind ? Text(value, path + field, kind) : null;

    private static string Text(JsonNode? value, string path, JsonValueKind kind) =>
        $"json: cannot unmarshal {Name(value?.GetValueKind() ?? JsonValueKind.Null)} into field {path} of type {Name(kind)}";

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
