using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

/// <summary>A number, or a text such as "25%".</summary>
[JsonConverter(typeof(IntOrStringConverter))]
public readonly record struct IntOrString
{
    public IntOrString(int number) => Number = number;

    public IntOrString(string text) => Text = text;

    /// <summary>Meaningful when <see cref="Text"/> is null.</summary>
    public int Number { get; }

    public string? Text { get; }

    public override string ToString() => Text ?? Number.ToString(CultureInfo.InvariantCulture);
}

internal sealed class IntOrStringConverter : JsonConverter<IntOrString>
{
    public override IntOrString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new IntOrString(reader.GetString()!);
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
            return new IntOrString(number);
        throw new JsonException("expected a 32 bit number or a text");
    }

    public override void Write(Utf8JsonWriter writer, IntOrString value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
            writer.WriteStringValue(text);
        else
            writer.WriteNumberValue(value.Number);
    }
}
