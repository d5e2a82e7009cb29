using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Json;

/// <summary>
/// Reads a JSON body into nodes at once, and notes fields that come twice: the last one wins, as in the API server.
/// </summary>
public static class JsonBody
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>
    /// The maps and lists that a request may have: each costs far more memory than its two bytes. What etcd takes of a real
    /// server has fewer.
    /// </summary>
    public const int MaxParts = 200_000;

    /// <summary>The document, or what is wrong with it and where.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="duplicates">Gets the path of each field that comes twice.</param>
    /// <param name="error">Null when it could be read.</param>
    /// <param name="parts">How many maps and lists it may have.</param>
    public static JsonNode? Parse(ReadOnlySpan<byte> utf8, ICollection<string> duplicates, out string? error, int parts = int.MaxValue)
    {
        error = null;
        try
        {
            var reader = new Utf8JsonReader(utf8, Options);
            reader.Read();
            JsonNode? node = Value(ref reader, "", duplicates, ref parts);
            reader.Read();
            return node;
        }
        catch (JsonException e)
        {
            error = $"not valid JSON at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1} of it";
            return null;
        }
        catch (FormatException e)
        {
            error = e.Message;
            return null;
        }
        catch (InvalidOperationException)
        {
            error = "not valid JSON: a string in it is not valid UTF-8 or has a broken escape";
            return null;
        }
    }

    private static JsonNode? Value(ref Utf8JsonReader reader, string path, ICollection<string> duplicates, ref int parts) =>
        reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(ref reader, path, duplicates, ref parts),
            JsonTokenType.StartArray => Array(ref reader, path, duplicates, ref parts),
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

    private static JsonObject Object(ref Utf8JsonReader reader, string path, ICollection<string> duplicates, ref int parts)
    {
        Count(ref reader, ref parts);
        var result = new JsonObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            string field = path.Length == 0 ? name : $"{path}.{name}";
            if (result.ContainsKey(name))
                duplicates.Add(field);
            reader.Read();
            result[name] = Value(ref reader, field, duplicates, ref parts);
        }

        return result;
    }

    private static JsonArray Array(ref Utf8JsonReader reader, string path, ICollection<string> duplicates, ref int parts)
    {
        Count(ref reader, ref parts);
        var result = new JsonArray();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            result.Add(Value(ref reader, $"{path}[{result.Count}]", duplicates, ref parts));
        return result;
    }

    private static void Count(ref Utf8JsonReader reader, ref int parts)
    {
        if (--parts < 0)
            throw new FormatException($"it has more than {MaxParts} maps and lists, the next at byte {reader.TokenStartIndex}");
    }
}
