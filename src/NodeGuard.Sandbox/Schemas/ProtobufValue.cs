using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>The values that JSON writes in another way than protobuf. Each throws <see cref="FormatException"/> with its place.</summary>
internal static class ProtobufValue
{
    public static WireType WireOf(FieldShape shape) => shape switch
    {
        FieldShape.Integer or FieldShape.Flag => WireType.Varint,
        FieldShape.Number => WireType.Fixed64,
        _ => WireType.Bytes,
    };

    public static JsonValue Real(string name, ProtobufField field)
    {
        double number = BitConverter.UInt64BitsToDouble(field.Value);
        // JSON has no others.
        return double.IsFinite(number)
            ? JsonValue.Create(number)
            : throw new FormatException($"{name} is not a finite number at byte {field.Start}");
    }

    public static JsonValue? Time(FieldShape shape, string name, ProtobufField time)
    {
        if (time.Bytes.IsEmpty)
            return null;
        (long seconds, long nanos) = (0, 0);
        ProtobufReader reader = time.Message;
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number is not (1 or 2))
                continue;
            field.Expect(WireType.Varint, name);
            if (field.Number == 1)
                seconds = (long)field.Value;
            else
                nanos = (int)field.Value;
        }

        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
            throw new FormatException($"{seconds} seconds and {nanos} nanoseconds since 1970 are no time for {name} at byte {time.Start}");
        DateTimeOffset value = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
        return JsonValue.Create(shape == FieldShape.Time ? value.ToKubernetesTime() : value.ToKubernetesMicroTime());
    }

    public static JsonValue? Part(ProtobufReader reader, int number, string name)
    {
        JsonValue? last = null;
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number != number)
                continue;
            field.Expect(WireType.Bytes, name);
            last = JsonValue.Create(field.Text);
        }

        return last;
    }

    public static JsonValue IntOrString(ProtobufReader reader, string name)
    {
        (long type, long number, string text) = (0, 0, "");
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number is < 1 or > 3)
                continue;
            field.Expect(field.Number == 3 ? WireType.Bytes : WireType.Varint, name);
            if (field.Number == 1)
                type = (long)field.Value;
            else if (field.Number == 2)
                number = (int)field.Value;
            else
                text = field.Text;
        }

        return type == 1 ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    public static JsonNode? Raw(ProtobufReader reader, string name)
    {
        JsonNode? value = null;
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number != 1)
                continue;
            field.Expect(WireType.Bytes, name);
            if (field.Bytes.IsEmpty)
                continue;
            value = JsonBody.Parse(field.Bytes, [], out string? error);
            if (error is not null)
                throw new FormatException($"{name} at byte {field.Start}: {error}");
        }

        return value;
    }
}
