using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Store;

/// <summary>JSON text as a Kubernetes API server writes it: compact, and escaped only where JSON asks for it.</summary>
public static class JsonText
{
    private static readonly JsonWriterOptions Options =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Utf8(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (Utf8JsonWriter writer = Writer(buffer))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static string Compact(JsonNode node) => System.Text.Encoding.UTF8.GetString(Utf8(node));

    public static Utf8JsonWriter Writer(IBufferWriter<byte> buffer) => new(buffer, Options);
}
