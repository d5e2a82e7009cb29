using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>Bodies as a Kubernetes client writes them, with random fields of their kind, and what they say in JSON.</summary>
internal sealed class RandomProtobuf(int seed)
{
    private const int MaxDepth = 5;

    private readonly RandomJson _random = new(seed);

    public Random Dice => _random.Dice;

    /// <summary>A body in its envelope.</summary>
    public static byte[] Body(string version, string kind, byte[] message) =>
        [.. "k8s\0"u8, .. Field(1, [.. Field(1, Encoding.UTF8.GetBytes(version)), .. Field(2, Encoding.UTF8.GetBytes(kind))]), .. Field(2, message)];

    public static byte[] Field(int number, byte[] bytes) => [.. Tag(number, WireType.Bytes), .. Varint((ulong)bytes.Length), .. bytes];

    public static byte[] Tag(int number, WireType wire) => Varint(((ulong)number << 3) | (uint)wire);

    public static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    /// <summary>The body of a random object of the kind, and the object.</summary>
    public (byte[] Body, JsonObject Value) Object(string version, string kind)
    {
        var value = new JsonObject { ["apiVersion"] = version, ["kind"] = kind };
        return (Body(version, kind, Message(BuiltInTypes.Of(version, kind)!.Struct!, value, 0)), value);
    }

    private byte[] Message(StructType type, JsonObject value, int depth)
    {
        // By the numbers of the messages that JSON writes into this one.
        var parts = new Dictionary<string, List<byte>>(StringComparer.Ordinal) { [""] = [] };
        foreach ((string name, FieldType field) in type.Fields.Where(f => f.Value.Number.Length > 0 && Dice.Next(2 + depth) == 0))
        {
            int slash = field.Number.LastIndexOf('/') + 1;
            for (string prefix = field.Number[..slash]; prefix.Length > 0; prefix = prefix[..(prefix[..^1].LastIndexOf('/') + 1)])
                parts.TryAdd(prefix, []);
            parts[field.Number[..slash]].AddRange(Write(field, int.Parse(field.Number.AsSpan(slash), CultureInfo.InvariantCulture), name, value, depth));
        }

        foreach (string prefix in parts.Keys.Where(k => k.Length > 0).OrderByDescending(k => k.Length))
        {
            int slash = prefix[..^1].LastIndexOf('/') + 1;
            parts[prefix[..slash]].AddRange(Field(int.Parse(prefix.AsSpan(slash, prefix.Length - slash - 1), CultureInfo.InvariantCulture), [.. parts[prefix]]));
        }

        return [.. parts[""]];
    }

    private byte[] Write(FieldType type, int number, string name, JsonObject parent, int depth)
    {
        if (type.Shape == FieldShape.List)
        {
            var list = new JsonArray();
            parent[name] = list;
            return [.. Enumerable.Range(0, 1 + Dice.Next(3)).SelectMany(_ => Item(type.Item!, number, list, depth))];
        }

        if (type.Shape == FieldShape.Map)
        {
            var map = new JsonObject();
            parent[name] = map;
            return [.. Enumerable.Range(0, 1 + Dice.Next(3)).SelectMany(i => Entry(type.Item!, number, $"k{i}", map, depth))];
        }

        (byte[] bytes, JsonNode value) = Value(type, number, depth);
        parent[name] = value;
        return bytes;
    }

    private byte[] Item(FieldType type, int number, JsonArray list, int depth)
    {
        (byte[] bytes, JsonNode value) = Value(type, number, depth);
        list.Add(value);
        return bytes;
    }

    private byte[] Entry(FieldType type, int number, string key, JsonObject map, int depth)
    {
        byte[] bytes;
        if (type.Shape == FieldShape.List)
        {
            var list = new JsonArray();
            map[key] = list;
            bytes = Field(2, [.. Enumerable.Range(0, Dice.Next(3)).SelectMany(_ => Item(type.Item!, 1, list, depth))]);
        }
        else
        {
            (bytes, JsonNode value) = Value(type, 2, depth);
            map[key] = value;
        }

        return Field(number, [.. Field(1, Encoding.UTF8.GetBytes(key)), .. bytes]);
    }

    // Never zero: what a zero means depends on the field.
    private (byte[] Bytes, JsonNode Value) Value(FieldType type, int number, int depth)
    {
        switch (type.Shape)
        {
            case FieldShape.Bytes:
                byte[] bytes = new byte[1 + Dice.Next(8)];
                Dice.NextBytes(bytes);
                return (Field(number, bytes), Convert.ToBase64String(bytes));
            case FieldShape.Integer:
                int integer = Dice.Next() + 1;
                return ([.. Tag(number, WireType.Varint), .. Varint((ulong)integer)], (long)integer);
            case FieldShape.Number:
                byte[] real = new byte[8];
                BinaryPrimitives.WriteDoubleLittleEndian(real, 1.5 + Dice.Next());
                return ([.. Tag(number, WireType.Fixed64), .. real], BinaryPrimitives.ReadDoubleLittleEndian(real));
            case FieldShape.Flag:
                return ([.. Tag(number, WireType.Varint), 1], true);
            case FieldShape.Time or FieldShape.MicroTime:
                return (Field(number, [.. Tag(1, WireType.Varint), .. Varint(1_700_000_000)]),
                    type.Shape == FieldShape.Time ? "2023-11-14T22:13:20Z" : "2023-11-14T22:13:20.000000Z");
            case FieldShape.IntOrString when Dice.Next(2) == 0:
                return (Field(number, [.. Tag(2, WireType.Varint), .. Varint(80)]), 80L);
            case FieldShape.IntOrString:
                return (Field(number, [.. Tag(1, WireType.Varint), 1, .. Field(3, "50%"u8.ToArray())]), "50%");
            case FieldShape.Any:
                return (Field(number, Field(1, """{"a":[1,"x"]}"""u8.ToArray())), JsonNode.Parse("""{"a":[1,"x"]}""")!);
            case FieldShape.Struct:
                var child = new JsonObject();
                return (Field(number, depth < MaxDepth ? Message(type.Struct!, child, depth + 1) : []), child);
            default:
                string text = _random.Pick(["web", "ä", "💥", "a/b", "2026"]);
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                return (Field(number, type.Shape == FieldShape.Quantity ? Field(1, utf8) : utf8), text);
        }
    }
}
