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

    // An element of two bytes becomes an object of hundreds.
    private const int MaxItems = 100_000;

    /// <summary>Optional fields: where the client sent zero or false, it meant it.</summary>
    private static readonly HashSet<string> ZeroMeansSomething = new(StringComparer.Ordinal)
    {
        "replicas", "gracePeriodSeconds", "terminationGracePeriodSeconds", "tolerationSeconds", "backoffLimit", "completions",
        "parallelism", "revisionHistoryLimit", "ttlSecondsAfterFinished", "runAsUser", "runAsGroup", "fsGroup", "partition",
        "successfulJobsHistoryLimit", "failedJobsHistoryLimit", "priority", "automountServiceAccountToken", "enableServiceLinks",
        "orphanDependents", "allowPrivilegeEscalation", "runAsNonRoot", "defaultMode",
    };

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>
    /// The object with apiVersion and kind; null and why where it cannot be read. `Known` is false for a kind that the
    /// sandbox does not read: a client may send JSON instead.
    /// </summary>
    public static JsonObject? Decode(ReadOnlySpan<byte> body, out (bool Known, string Message) error)
    {
        (string version, string kind) = ("", "");
        error = (true, "");
        try
        {
            if (!body.StartsWith(Magic))
                throw new FormatException("it does not begin with the mark of a Kubernetes object, 6b 38 73 00, at byte 0");
            ProtobufField raw = Envelope(new ProtobufReader(body[Magic.Length..], Magic.Length), out version, out kind);
            // The schemas of definitions have messages that are unlike their JSON.
            FieldType? type = kind == "DeleteOptions" ? BuiltInTypes.DeleteOptions : BuiltInTypes.Of(version, kind);
            if (type is null || kind == "CustomResourceDefinition")
            {
                error = (false, $"the sandbox does not read {version} {kind} in protobuf; send application/json");
                return null;
            }

            var value = new JsonObject { ["apiVersion"] = version, ["kind"] = kind };
            Fields(value, type.Struct!, raw.Message, "", 0);
            return value;
        }
        catch (FormatException e)
        {
            error.Message = kind.Length == 0
                ? $"the protobuf body cannot be read: {e.Message}"
                : $"{kind} in version \"{version}\" cannot be handled as a {kind}: {e.Message}";
            return null;
        }
    }

    private static ProtobufField Envelope(ProtobufReader reader, out string version, out string kind)
    {
        (version, kind) = ("", "");
        ProtobufField raw = default;
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number is not (1 or 2))
                continue;
            field.Expect(WireType.Bytes, field.Number == 1 ? "typeMeta" : "raw");
            if (field.Number == 2)
            {
                raw = field;
                continue;
            }

            ProtobufReader meta = field.Message;
            while (meta.TryRead(out ProtobufField part))
            {
                if (part.Number is not (1 or 2))
                    continue;
                part.Expect(WireType.Bytes, part.Number == 1 ? "apiVersion" : "kind");
                if (part.Number == 1)
                    version = part.Text;
                else
                    kind = part.Text;
            }
        }

        return raw;
    }

    private static void Fields(JsonObject value, StructType type, ProtobufReader reader, string prefix, int depth)
    {
        while (reader.TryRead(out ProtobufField field))
        {
            string number = $"{prefix}{field.Number}";
            if (type.FieldsByNumber.TryGetValue(number, out string? name))
                Set(value, name, type.Fields[name], field, depth);
            else if (type.Inlined.Contains(number))
                Inlined(value, type, field, number, depth);
        }
    }

    private static void Inlined(JsonObject value, StructType type, ProtobufField field, string number, int depth)
    {
        field.Expect(WireType.Bytes, number);
        Fields(value, type, field.Message, number + "/", depth);
    }

    private static void Set(JsonObject value, string name, FieldType type, ProtobufField field, int depth)
    {
        switch (type.Shape)
        {
            case FieldShape.List:
                if (value[name] is not JsonArray list)
                    value[name] = list = [];
                if (type.Item!.Shape == FieldShape.Integer && field.Wire == WireType.Bytes)
                    AddPacked(list, field.Message);
                else
                    Add(list, type.Item!, name, field, depth);
                break;
            case FieldShape.Map:
                field.Expect(WireType.Bytes, name);
                Entry(value.Ensure(name), type.Item!, name, field.Message, depth);
                break;
            default:
                JsonNode? read = Value(type, name, field, depth);
                if (read is not null && (ZeroMeansSomething.Contains(name) || !IsZero(read)))
                    value[name] = read;
                break;
        }
    }

    private static void Add(JsonArray list, FieldType type, string name, ProtobufField field, int depth)
    {
        if (list.Count == MaxItems)
            throw new FormatException($"{name} has more than {MaxItems} elements, the next at byte {field.Start}");
        list.Add(Value(type, name, field, depth));
    }

    private static void AddPacked(JsonArray list, ProtobufReader reader)
    {
        while (reader.TryReadNumber(out ulong number))
            list.Add((JsonNode)(long)number);
    }

    private static void Entry(JsonObject map, FieldType type, string name, ProtobufReader reader, int depth)
    {
        string key = "";
        JsonNode? value = type.Shape switch
        {
            FieldShape.Text or FieldShape.Bytes => "",
            FieldShape.List => new JsonArray(),
            _ => null,
        };
        while (reader.TryRead(out ProtobufField field))
        {
            if (field.Number == 1)
            {
                field.Expect(WireType.Bytes, name);
                key = field.Text;
            }
            else if (field.Number == 2)
            {
                value = type.Shape == FieldShape.List ? Items(type.Item!, name, field, depth) : Value(type, name, field, depth);
            }
        }

        map[key] = value;
    }

    /// <summary>A list as the value of a map is a message of its own.</summary>
    private static JsonArray Items(FieldType type, string name, ProtobufField list, int depth)
    {
        list.Expect(WireType.Bytes, name);
        var items = new JsonArray();
        ProtobufReader reader = list.Message;
        while (reader.TryRead(out ProtobufField field))
            Add(items, type, name, field, depth);
        return items;
    }

    private static JsonNode? Value(FieldType type, string name, ProtobufField field, int depth)
    {
        field.Expect(ProtobufValue.WireOf(type.Shape), name);
        switch (type.Shape)
        {
            case FieldShape.Text:
                return field.Text;
            case FieldShape.Bytes:
                return Convert.ToBase64String(field.Bytes);
            case FieldShape.Integer:
                return (long)field.Value;
            case FieldShape.Number:
                return ProtobufValue.Real(name, field);
            case FieldShape.Flag:
                return field.Value != 0;
            case FieldShape.Time or FieldShape.MicroTime:
                return ProtobufValue.Time(type.Shape, name, field);
            case FieldShape.Quantity:
                return ProtobufValue.Part(field.Message, 1, name);
            case FieldShape.IntOrString:
                return ProtobufValue.IntOrString(field.Message, name);
            case FieldShape.Any:
                return ProtobufValue.Raw(field.Message, name);
            default:
                if (depth == MaxDepth)
                    throw new FormatException($"{name} is nested too deeply at byte {field.Start}");
                var value = new JsonObject();
                Fields(value, type.Struct!, field.Message, "", depth + 1);
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
}
