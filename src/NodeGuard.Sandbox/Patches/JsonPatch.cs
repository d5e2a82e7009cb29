using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Patches;

/// <summary>JSON patch, RFC 6902: all of its operations or none.</summary>
public static class JsonPatch
{
    private const int MaxOperations = 10_000;

    /// <summary>A new value, or null and which operation fails for what.</summary>
    public static JsonNode? Apply(JsonNode target, JsonNode patch, out string? error)
    {
        error = null;
        if (patch is not JsonArray operations)
        {
            error = "a JSON patch must be a list of operations";
            return null;
        }

        if (operations.Count > MaxOperations)
        {
            error = $"the allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}";
            return null;
        }

        JsonNode? result = target.DeepClone();
        for (int i = 0; i < operations.Count; i++)
        {
            error = Step(ref result, operations[i]);
            if (error is null)
                continue;
            error = $"operation {i}: {error}";
            return null;
        }

        return result;
    }

    private static string? Step(ref JsonNode? document, JsonNode? operation)
    {
        if (operation.Text("path") is not { } path || Segments(path) is not { } segments)
            return $"path is '{operation.At("path")?.ToJsonString() ?? "missing"}'; wanted a JSON pointer such as /metadata/labels";
        bool hasValue = operation is JsonObject fields && fields.ContainsKey("value");
        string? name = operation.Text("op");
        if (name is "add" or "replace" or "test" && !hasValue)
            return $"{name} of {path}: value is missing";
        switch (name)
        {
            case "add":
                return Add(ref document, segments, path, operation!["value"]?.DeepClone());
            case "remove":
                return Remove(ref document, segments, path, out _);
            case "replace":
                return FindReplaced(document, segments, path)
                    ?? (segments.Length == 0 || Find(document, segments, path, out _) is not null ? null : Remove(ref document, segments, path, out _))
                    ?? Add(ref document, segments, path, operation!["value"]?.DeepClone());
            case "test":
                return Find(document, segments, path, out JsonNode? found)
                    ?? (JsonNode.DeepEquals(found, operation!["value"]) ? null : $"testing value {path} failed");
            case "move" or "copy":
                return Carry(ref document, name, operation.Text("from"), segments, path);
            default:
                return $"op is '{name}'; allowed: add, remove, replace, move, copy, test";
        }
    }

    private static string? Carry(ref JsonNode? document, string name, string? from, string[] segments, string path)
    {
        if (from is null || Segments(from) is not { } source)
            return $"{name}: from is '{from}'; wanted a JSON pointer";
        if (name == "move" && path.StartsWith(from + "/", StringComparison.Ordinal))
            return $"move: {from} cannot go into itself at {path}";
        JsonNode? carried = null;
        string? error = name == "move" ? Remove(ref document, source, from, out carried) : Find(document, source, from, out carried);
        return error ?? Add(ref document, segments, path, carried?.DeepClone());
    }

    /// <summary>As the library of the API server has it, a field need not be there to be replaced; a list's item must.</summary>
    private static string? FindReplaced(JsonNode? document, string[] segments, string path) =>
        segments.Length > 0 && Find(document, segments[..^1], path, out JsonNode? parent) is null && parent is JsonObject
            ? null
            : Find(document, segments, path, out _);

    private static string? Find(JsonNode? document, string[] segments, string path, out JsonNode? found)
    {
        found = document;
        foreach (string segment in segments)
        {
            if (found is JsonObject map && map.TryGetPropertyValue(segment, out JsonNode? child))
                found = child;
            else if (found is JsonArray list && Index(segment, list.Count - 1) is { } index)
                found = list[index];
            else
                return $"{path} does not exist";
        }

        return null;
    }

    private static string? Add(ref JsonNode? document, string[] segments, string path, JsonNode? value)
    {
        if (segments.Length == 0)
        {
            document = value;
            return null;
        }

        if (Find(document, segments[..^1], path, out JsonNode? parent) is { } error)
            return error;
        string last = segments[^1];
        switch (parent)
        {
            case JsonObject map:
                map[last] = value;
                return null;
            case JsonArray list when last == "-":
                list.Add(value);
                return null;
            case JsonArray list when Index(last, list.Count) is { } index:
                list.Insert(index, value);
                return null;
            default:
                return $"{path} cannot be added: its parent is {(parent is JsonArray ? "a list without that place" : "no object or list")}";
        }
    }

    private static string? Remove(ref JsonNode? document, string[] segments, string path, out JsonNode? removed)
    {
        removed = null;
        if (segments.Length == 0)
            return "the whole document cannot be removed";
        if (Find(document, segments, path, out removed) is { } error)
            return error;
        Find(document, segments[..^1], path, out JsonNode? parent);
        if (parent is JsonObject map)
            map.Remove(segments[^1]);
        else if (parent is JsonArray list)
            list.RemoveAt(Index(segments[^1], list.Count - 1)!.Value);
        return null;
    }

    private static int? Index(string segment, int max) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            && index <= max && (segment.Length == 1 || segment[0] != '0')
            ? index
            : null;

    private static string[]? Segments(string pointer)
    {
        if (pointer.Length == 0)
            return [];
        if (pointer[0] != '/')
            return null;
        return [.. pointer[1..].Split('/').Select(s => s
            .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }
}
