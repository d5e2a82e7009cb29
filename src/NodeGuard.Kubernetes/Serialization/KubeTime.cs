using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Serialization;

/// <summary>metav1.Time: RFC 3339 with whole seconds, written in UTC.</summary>
internal sealed class KubeTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        KubeTime.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}

internal static class KubeTime
{
    public static DateTimeOffset Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var value))
            return value;
        throw new JsonException("expected a time such as \"2026-01-31T12:00:00Z\"");
    }
}
