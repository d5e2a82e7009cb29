using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Json;

/// <summary>
/// Reads a JSON body into nodes at once, and notes fields that come twice: the last one wins, as in the API server.
/// </summary>
public static class JsonBody
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>The document, or what is wrong with it and where.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, ICollection<string> duplicates, out string? error)
    {
        error = null;
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            JsonNode? node = Value(ref reader, "", duplicates);
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            error = $"not valid JSON at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1} of it";
            return null;
        }
        catch (InvalidOperationException)
        {
            error = "not valid JSON: a string in it is not valid UTF-8 or has a broken escape";
            return null;
        }
    }

    private static JsonNode? Value(ref Utf8JsonReader reader, string path, ICollection<string> duplicates) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(ref reader, path, duplicates),
            JsonTokenType.StartArray => Array(ref reader, path, duplicates),
            JsonTokenType.String => JsonValue.Create(reader.GetString()),
            JsonTokenType.True => JsonValue.Create(true),
            JsonTokenType.False => JsonValue.Create(false),
            JsonTokenType.Number => Number(ref reader),
            _ => null,
        };

    private static JsonValue Number(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out long integer))
            return JsonValue.Create(integer);
        double real = reader.GetDouble();
        return double.IsFinite(real) ? JsonValue.Create(real) : throw new JsonException("a number is out of range");
    }

    private static JsonObject Object(ref Utf8JsonReader reader, string path, ICollection<string> duplicates)
    {
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            string field = path.Length == 0 ? name : $"{path}.{name}";
            if (result.ContainsKey(name))
                duplicates.Add(field);
            reader.Read();
            result[name] = Value(ref reader, field, duplicates);
        }

        return result;
    }

    private static JsonArray Array(ref Utf8JsonReader reader, string path, ICollection<string> duplicates)
    {
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            result.Add(Value(ref reader, $"{path}[{result.Count}]", duplicates));
        return result;
    }
}
