using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Serialization;

internal sealed class MicroTimeConverter : JsonConverter<MicroTime>
{
    public override MicroTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(KubeTime.Read(ref reader));

    // The server refuses any other number of decimals.
    public override void Write(Utf8JsonWriter writer, MicroTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
