using System.Text;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Tests.Fuzz;

/// <summary>JSON that is nearly what the server expects, from a seed.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Words =
    [
        "", "a", "web", "metadata", "spec", "status", "name", "labels", "containers", "/", "~", "\0", "ä", "💥", "-1", "0", "null", "$patch",
        "a=b", "..", "*", "(", "[0]", "9223372036854775808", "2026-01-01T00:00:00Z", "{{", "x".PadRight(300, 'x'),
    ];

    public Random Dice { get; } = new(seed);

    public string Word() => Words[Dice.Next(Words.Length)];

    public T Pick<T>(IReadOnlyList<T> items) => items[Dice.Next(items.Count)];

    /// <summary>Any value, at most so deep.</summary>
    public JsonNode? Value(int depth) => Dice.Next(depth > 0 ? 9 : 6) switch
    {
        0 => null,
        1 => Dice.Next(2) == 0,
        2 => Dice.Next(-3, 4),
        3 => long.MaxValue - Dice.Next(2),
        4 => Dice.NextDouble() * Math.Pow(10, Dice.Next(-20, 20)),
        5 => Word(),
        6 or 7 => Map(depth - 1),
        _ => new JsonArray([.. Enumerable.Range(0, Dice.Next(4)).Select(_ => Value(depth - 1))]),
    };

    public JsonObject Map(int depth)
    {
        var map = new JsonObject();
        for (int i = Dice.Next(5); i > 0; i--)
            map[Word()] = Value(depth);
        return map;
    }

    /// <summary>A copy with a few of its parts replaced, removed, moved or doubled.</summary>
    public JsonNode Mutate(JsonNode source)
    {
        JsonNode copy = source.DeepClone();
        for (int i = 1 + Dice.Next(3); i > 0; i--)
            MutateOnce(copy);
        return copy;
    }

    /// <summary>The bytes with a few of them changed, cut off, or doubled.</summary>
    public byte[] Mutate(string text) => Mutate(Encoding.UTF8.GetBytes(text));

    public byte[] Mutate(ReadOnlySpan<byte> source)
    {
        List<byte> bytes = [.. source];
        for (int i = Dice.Next(4); i > 0 && bytes.Count > 1; i--)
        {
            int at = Dice.Next(bytes.Count);
            switch (Dice.Next(5))
            {
                case 0:
                    bytes[at] = (byte)Dice.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(Dice.Next(20), bytes.Count - at)));
                    break;
                case 3:
                    bytes[at] = (byte)"{}[]\",:\\0-eE"[Dice.Next(12)];
                    break;
                default:
                    bytes.RemoveAt(at);
                    break;
            }
        }

        return [.. bytes];
    }

    private void MutateOnce(JsonNode root)
    {
        var places = new List<JsonNode>();
        Collect(root, places);
        switch (Pick(places))
        {
            case JsonObject map when map.Count > 0 && Dice.Next(4) > 0:
                string key = map.ElementAt(Dice.Next(map.Count)).Key;
                if (Dice.Next(3) == 0)
                    map.Remove(key);
                else
                    map[key] = Value(2);
                break;
            case JsonObject map:
                map[Word()] = Value(2);
                break;
            case JsonArray list when list.Count > 0 && Dice.Next(3) > 0:
                list[Dice.Next(list.Count)] = Value(2);
                break;
            case JsonArray list:
                list.Add(Value(2));
                break;
            default:
                break;
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is not (JsonObject or JsonArray))
            return;
        places.Add(node);
        IEnumerable<JsonNode?> inner = node is JsonObject map ? map.Select(p => p.Value) : (JsonArray)node;
        foreach (JsonNode? child in inner.ToArray())
            Collect(child, places);
    }
}
