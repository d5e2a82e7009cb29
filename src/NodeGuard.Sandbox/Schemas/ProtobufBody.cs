using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>
/// Reads the protobuf bodies that `kubectl create`, `auth` and `drain` send for built-in kinds. Protobuf writes fields that
/// are not set as zero: such texts, numbers and flags are dropped, but for those of which zero means something.
/// </summary>
internal static class ProtobufBody
{
    private const int MaxDepth = 64;

    /// <summary>Optional fields: where the client sent zero or false, it meant it.</summary>
    private static readonly HashSet<string> ZeroMeansSomething = new(StringComparer.Ordinal)
    {
        "replicas", "gracePeriodSeconds", "terminationGracePeriodSeconds", "tolerationSeconds", "backoffLimit", "completions",
        "parallelism", "revisionHistoryLimit", "ttlSecondsAfterFinished", "runAsUser", "runAsGroup", "fsGroup", "partition",
        "successfulJobsHistoryLimit", "failedJobsHistoryLimit", "priority", "automountServiceAccountToken", "enableServiceLinks",
        "orphanDependents", "allowPrivilegeEscalation", "runAsNonRoot", "defaultMode",
    };

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The object with apiVersion and kind; null and why where it cannot be read.</summary>
    public static JsonObject? Decode(ReadOnlySpan<byte> body, out string? error)
    {
        error = null;
        try
        {
            if (!body.StartsWith(Magic))
                throw new FormatException("it does not begin with the mark of a Kubernetes object");
            return Envelope(body[Magic.Length..]);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            error = e.Message;
            return null;
        }
    }

    private static JsonObject Envelope(ReadOnlySpan<byte> message)
    {
        (string version, string kind) = ("", "");
        ReadOnlySpan<byte> raw = [];
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 2)
                raw = field.Bytes;
            if (field.Number != 1)
                continue;
            var meta = new ProtobufReader(field.Bytes);
            while (meta.TryRead(out ProtobufField part))
            {
                if (part.Number == 1)
                    version = Encoding.UTF8.GetString(part.Bytes);
                else if (part.Number == 2)
                    kind = Encoding.UTF8.GetString(part.Bytes);
            }
        }

        FieldType type = (kind == "DeleteOptions" ? BuiltInTypes.DeleteOptions : BuiltInTypes.Of(version, kind))
            ?? throw new FormatException($"the sandbox does not know {version} {kind}; send application/json");
        var value = new JsonObject { ["apiVersion"] = version, ["kind"] = kind };
        Fields(value, type.Struct!, raw, "", 0);
        return value;
    }

    private static void Fields(JsonObject value, StructType type, ReadOnlySpan<byte> message, string prefix, int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException("it is nested too deeply");
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            string number = $"{prefix}{field.Number}";
            if (type.FieldsByNumber.TryGetValue(number, out string? name))
                Set(value, name, type.Fields[name], field, depth);
            else if (type.Inlined.Contains(number))
                Fields(value, type, field.Bytes, number + "/", depth + 1);
        }
    }

    private static void Set(JsonObject value, string name, FieldType type, ProtobufField field, int depth)
    {
        switch (type.Shape)
        {
            case FieldShape.List:
                if (value[name] is not JsonArray list)
                    value[name] = list = [];
                list.Add(Value(type.Item!, field, depth));
                break;
            case FieldShape.Map:
                Entry(value.Ensure(name), type.Item!, field.Bytes, depth);
                break;
            default:
                JsonNode? read = Value(type, field, depth);
                if (read is not null && (ZeroMeansSomething.Contains(name) || !IsZero(read)))
                    value[name] = read;
                break;
        }
    }

    private static void Entry(JsonObject map, FieldType type, ReadOnlySpan<byte> message, int depth)
    {
        string key = "";
        JsonNode? value = type.Shape switch
        {
            FieldShape.Text or FieldShape.Bytes => "",
            FieldShape.List => new JsonArray(),
            _ => null,
        };
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 1)
                key = Encoding.UTF8.GetString(field.Bytes);
            else if (field.Number == 2)
                value = type.Shape == FieldShape.List ? Items(type.Item!, field.Bytes, depth) : Value(type, field, depth);
        }

        map[key] = value;
    }

    /// <summary>A list as the value of a map is a message of its own.</summary>
    private static JsonArray Items(FieldType type, ReadOnlySpan<byte> message, int depth)
    {
        var list = new JsonArray();
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
            list.Add(Value(type, field, depth));
        return list;
    }

    private static JsonNode? Value(FieldType type, ProtobufField field, int depth)
    {
        switch (type.Shape)
        {
            case FieldShape.Text:
                return Encoding.UTF8.GetString(field.Bytes);
            case FieldShape.Bytes:
                return Convert.ToBase64String(field.Bytes);
            case FieldShape.Integer:
                return (long)field.Value;
            case FieldShape.Number:
                return BitConverter.UInt64BitsToDouble(field.Value);
            case FieldShape.Flag:
                return field.Value != 0;
            case FieldShape.Time or FieldShape.MicroTime:
                return Time(type.Shape, field.Bytes);
            case FieldShape.Quantity:
                return Part(field.Bytes, 1);
            case FieldShape.IntOrString:
                return IntOrString(field.Bytes);
            case FieldShape.Any:
                return Raw(field.Bytes);
            default:
                var value = new JsonObject();
                Fields(value, type.Struct!, field.Bytes, "", depth + 1);
                return value;
        }
    }

    private static bool IsZero(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.False => true,
        JsonValueKind.String => value.GetValue<string>().Length == 0,
        JsonValueKind.Number => value.Number() == 0,
        _ => false,
    };

    private static JsonValue? Time(FieldShape shape, ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
            return null;
        (long seconds, long nanos) = (0, 0);
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 1)
                seconds = (long)field.Value;
            else
                nanos = (long)field.Value;
        }

        if (seconds is < -62135596800 or > 253402300799 || nanos is < 0 or > 999_999_999)
            throw new FormatException($"{seconds} seconds since 1970 are no time");
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
        return JsonValue.Create(shape == FieldShape.Time ? time.ToKubernetesTime() : time.ToKubernetesMicroTime());
    }

    private static JsonValue? Part(ReadOnlySpan<byte> message, int number)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == number)
                return JsonValue.Create(Encoding.UTF8.GetString(field.Bytes));
        }

        return null;
    }

    private static JsonValue IntOrString(ReadOnlySpan<byte> message)
    {
        (bool text, long number) = (false, 0);
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 1)
                text = field.Value == 1;
            else if (field.Number == 2)
                number = (long)field.Value;
        }

        return text ? Part(message, 3) ?? JsonValue.Create("") : JsonValue.Create(number);
    }

    private static JsonNode? Raw(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 1 && !field.Bytes.IsEmpty)
                return JsonBody.Parse(field.Bytes, [], out _);
        }

        return null;
    }
}
