using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;
using YamlDotNet.Core;

namespace NodeGuard.Sandbox.Http;

/// <summary>A request's body: what it says, or why it cannot be read.</summary>
internal readonly record struct Body(JsonNode? Node, IReadOnlyList<string> Duplicates, string MediaType, ApiStatus? Refused)
{
    /// <summary>As of a real API server: what etcd takes.</summary>
    private const int MaxBytes = 3 * 1024 * 1024;

    public static async Task<Body> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        string type = (request.ContentType ?? "application/json").Split(';')[0].Trim();
        PipeReader reader = request.BodyReader;
        ReadResult read = await reader.ReadAsync(cancellation);
        while (!read.IsCompleted && read.Buffer.Length <= MaxBytes)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(cancellation);
        }

        try
        {
            if (read.Buffer.Length > MaxBytes)
            {
                return Failed(type, new ApiStatus(
                    413, "RequestEntityTooLarge", $"Request entity too large: limit is {MaxBytes}"));
            }

            // The parsers want one piece; a small body comes as one.
            return read.Buffer.IsEmpty ? new Body(null, [], type, null)
                : Parse(type, read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private static Body Parse(string type, ReadOnlySpan<byte> bytes)
    {
        if (type.EndsWith("protobuf", StringComparison.Ordinal))
        {
            JsonObject? decoded = ProtobufBody.Decode(bytes, out (bool Known, string Message) error);
            if (decoded is not null)
                return new Body(decoded, [], "application/json", null);
            return Failed(type, error.Known
                ? ApiStatus.BadRequest(error.Message)
                : new ApiStatus(415, "UnsupportedMediaType", error.Message));
        }

        if (type.EndsWith("yaml", StringComparison.Ordinal) && bytes[0] != (byte)'{')
            return ParseYaml(type, Encoding.UTF8.GetString(bytes));
        var duplicates = new List<string>();
        JsonNode? node = JsonBody.Parse(bytes, duplicates, out string? wrong, JsonBody.MaxParts);
        return wrong is null
            ? new Body(node, duplicates, type, null)
            : Failed(type, ApiStatus.BadRequest($"the body of the request was in an unknown format: {wrong}"));
    }

    private static Body ParseYaml(string type, string text)
    {
        try
        {
            return YamlBody.Documents(text) is [var only]
                ? new Body(only, [], type, null)
                : Failed(type, ApiStatus.BadRequest("the body is YAML and must be one document"));
        }
        catch (YamlException e)
        {
            return Failed(type, ApiStatus.BadRequest(
                $"error decoding YAML at line {e.Start.Line}, column {e.Start.Column}: {e.Message}"));
        }
    }

    private static Body Failed(string type, ApiStatus status) => new(null, [], type, status);
}
