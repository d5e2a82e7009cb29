using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>
/// Reads an object as the server's decoder does: fields that its kind does not have and nulls are dropped, and values of
/// another type refused.
/// </summary>
internal static class FieldDecoding
{
    /// <summary>Changes the value; names each unknown field. Returns why it cannot be decoded, null when it can.</summary>
    public static string? Decode(JsonObject value, FieldType type, ICollection<string> unknown) => Object(value, type, "", unknown);

    private static string? Object(JsonObject value, FieldType type, string path, ICollection<string> unknown)
    {
        foreach ((string name, JsonNode? child) in value.ToArray())
        {
            string field = path.Length == 0 ? name : $"{path}.{name}";
            if (type.Child(name) is not { } childType)
            {
                unknown.Add($"unknown field \"{field}\"");
                value.Remove(name);
            }
            else if (child is null)
            {
                if (type.Shape == FieldShape.Struct)
                    value.Remove(name);
            }
            else if (Value(child, childType, field, unknown) is { } wrong)
            {
                return wrong;
            }
            else if (childType.Shape == FieldShape.Map && child is JsonObject { Count: 0 })
            {
                // The server writes no empty maps.
                value.Remove(name);
            }
        }

        return null;
    }

    private static string? Value(JsonNode value, FieldType type, string path, ICollection<string> unknown)
    {
        JsonValueKind kind = value.GetValueKind();
        bool fits = type.Shape switch
        {
            FieldShape.Any => true,
            FieldShape.Struct or FieldShape.Map => kind == JsonValueKind.Object,
            FieldShape.List => kind == JsonValueKind.Array,
            FieldShape.Text or FieldShape.Bytes or FieldShape.Time or FieldShape.MicroTime => kind == JsonValueKind.String,
            FieldShape.Flag => kind is JsonValueKind.True or JsonValueKind.False,
            FieldShape.Integer => value.Number() is not null,
            FieldShape.Number => kind == JsonValueKind.Number,
            _ => kind is JsonValueKind.Number or JsonValueKind.String,
        };
        if (!fits)
            return $"json: cannot unmarshal {Name(kind)} into Go struct field {path} of type {Name(type)}";
        if (type.Shape == FieldShape.Any)
            return null;
        return value switch
        {
            JsonObject map => Object(map, type, path, unknown),
            JsonArray list => List(list, type.Item!, path, unknown),
            _ => null,
        };
    }

    private static string? List(JsonArray list, FieldType item, string path, ICollection<string> unknown)
    {
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is { } value && Value(value, item, $"{path}[{i}]", unknown) is { } wrong)
                return wrong;
        }

        return null;
    }

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Name(FieldType type) => type.Shape switch
    {
        FieldShape.Text => "string",
        FieldShape.Bytes => "[]uint8",
        FieldShape.Time => "v1.Time",
        FieldShape.MicroTime => "v1.MicroTime",
        FieldShape.Integer => "int32",
        FieldShape.Number => "float64",
        FieldShape.Flag => "bool",
        FieldShape.Quantity => "resource.Quantity",
        FieldShape.IntOrString => "intstr.IntOrString",
        FieldShape.List => $"[]{Name(type.Item!)}",
        FieldShape.Map => $"map[string]{Name(type.Item!)}",
        FieldShape.Struct => string.Join('.', type.Struct!.Name.Split('.')[^2..]),
        _ => "object",
    };
}
