using System.Text;
using System.Text.Json;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Client;

/// <summary>One line of a watch: <c>{"type":"ADDED","object":{...}}</c>, its two fields in any order. Pure.</summary>
internal static class WatchLine
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    public static WatchEvent<T> Parse<T>(ApiRequest request, ResourceType<T> type, ReadOnlySpan<byte> line)
        where T : KubeObject
    {
        if (JsonText.Flaw(line) is { } flaw)
            return Broken<T>(request, $"an event of {line.Length} bytes that cannot be read: {flaw}");
        try
        {
            var (kind, place) = Split(line);
            var value = line[place];
            if (kind is null || value.IsEmpty)
                return Broken<T>(request, "an event without type or object");
            return kind switch
            {
                "ADDED" => new WatchEvent<T>.Added(Read(value, type)),
                "MODIFIED" => new WatchEvent<T>.Modified(Read(value, type)),
                "DELETED" => new WatchEvent<T>.Deleted(Read(value, type)),
                "BOOKMARK" => Bookmark(request, Read(value, type)),
                "ERROR" => Error<T>(request, value),
                _ => Broken<T>(request, $"an event of the unknown type '{FirstWords.Of(Encoding.UTF8.GetBytes(kind))}'"),
            };
        }
        catch (JsonException e)
        {
            return Broken<T>(request, $"an event of {line.Length} bytes that cannot be read: {JsonPlace.Of(e)}");
        }
    }

    public static WatchEvent<T>.Failed Broken<T>(ApiRequest request, string what) =>
        new(new ApiFailure(ApiFailureKind.Malformed, 200, string.Empty, $"{request}: the stream carries {what}", null, []));

    private static T Read<T>(ReadOnlySpan<byte> value, ResourceType<T> type)
        where T : KubeObject =>
        JsonSerializer.Deserialize(value, type.Json) ?? throw new JsonException("the object is null");

    private static WatchEvent<T> Bookmark<T>(ApiRequest request, T value)
        where T : KubeObject =>
        value.Metadata.ResourceVersion is { Length: > 0 } version
            ? new WatchEvent<T>.Bookmark(version, value.Metadata.Annotations?.GetValueOrDefault(InitialEventsEnd) == "true")
            : Broken<T>(request, "a bookmark without a resourceVersion");

    private static WatchEvent<T>.Failed Error<T>(ApiRequest request, ReadOnlySpan<byte> value)
    {
        var status = JsonSerializer.Deserialize(value, KubeJsonContext.Default.StatusObject);
        return status is { Kind: "Status" }
            ? new WatchEvent<T>.Failed(FailureMapping.FromStatus(request, status, httpStatus: 500, retryAfter: null))
            : Broken<T>(request, "an ERROR event without a Status");
    }

    private static (string? Kind, Range Value) Split(ReadOnlySpan<byte> line)
    {
        string? kind = null;
        var value = 0..0;
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = KubeJsonContext.Default.Options.MaxDepth });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isType && reader.TokenType == JsonTokenType.String)
                kind = reader.GetString();
            reader.Skip();
            if (isObject && line[start] == (byte)'{')
                value = start..(int)reader.BytesConsumed;
        }

        if (reader.Read())
            throw new JsonException("text after the event");
        return (kind, value);
    }
}
