using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeGuard.Sandbox.Json;

/// <summary>Reads YAML (and JSON, which is YAML) into the nodes that the same JSON would give.</summary>
public static partial class YamlBody
{
    private const int MaxDepth = 128;
    private const long MaxRepeated = 100_000;

    /// <summary>Each document of a text. Throws <see cref="YamlException"/> with the place where it is not YAML.</summary>
    public static IReadOnlyList<JsonNode> Documents(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            return Documents(parser);
        }
        catch (InvalidOperationException broken)
        {
            // YamlDotNet's scanner ends so on some texts that are no YAML.
            Mark place = parser.Current?.End ?? new Mark(0, 1, 1);
            throw new YamlException(place, place, "this cannot be read behind here", broken);
        }
    }

    private static List<JsonNode> Documents(Parser parser)
    {
        var documents = new List<JsonNode>();
        parser.Consume<StreamStart>();
        while (parser.Current is DocumentStart)
        {
            parser.MoveNext();
            if (Value(parser, new Anchors(), 0) is { } node)
                documents.Add(node);
            parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private static JsonNode? Value(Parser parser, Anchors anchors, int depth)
    {
        if (depth > MaxDepth)
            throw new YamlException(parser.Current!.Start, parser.Current.End, "nested too deeply");
        ParsingEvent current = parser.Consume<ParsingEvent>();
        JsonNode? node = current switch
        {
            AnchorAlias alias => anchors.Values.TryGetValue(alias.Value.Value, out JsonNode? known)
                ? Repeated(alias, known, anchors)
                : throw new YamlException(alias.Start, alias.End, $"unknown anchor {alias.Value}"),
            Scalar scalar => FromScalar(scalar),
            SequenceStart => Sequence(parser, anchors, depth),
            MappingStart => Mapping(parser, anchors, depth),
            _ => throw new YamlException(current.Start, current.End, "a value is expected here"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
            anchors.Values[anchored.Anchor.Value] = node?.DeepClone();
        return node;
    }

    /// <summary>Aliases of aliases grow without end from a few lines: what they repeat is bounded in all.</summary>
    private static JsonNode? Repeated(AnchorAlias alias, JsonNode? known, Anchors anchors)
    {
        anchors.Repeated += Size(known);
        return anchors.Repeated <= MaxRepeated
            ? known?.DeepClone()
            : throw new YamlException(alias.Start, alias.End, $"the document is too large: its aliases repeat more than {MaxRepeated} values");
    }

    private static long Size(JsonNode? node) => node switch
    {
        JsonObject map => 1 + map.Sum(p => Size(p.Value)),
        JsonArray list => 1 + list.Sum(Size),
        _ => 1,
    };

    private static JsonArray Sequence(Parser parser, Anchors anchors, int depth)
    {
        var items = new JsonArray();
        while (parser.Current is not SequenceEnd)
            items.Add(Value(parser, anchors, depth + 1));
        parser.MoveNext();
        return items;
    }

    private static JsonObject Mapping(Parser parser, Anchors anchors, int depth)
    {
        var map = new JsonObject();
        while (parser.Current is not MappingEnd)
        {
            Scalar key = parser.Consume<Scalar>();
            if (map.ContainsKey(key.Value))
                throw new YamlException(key.Start, key.End, $"the key {key.Value} comes twice");
            map[key.Value] = Value(parser, anchors, depth + 1);
        }

        parser.MoveNext();
        return map;
    }

    private static JsonValue? FromScalar(Scalar scalar)
    {
        string text = scalar.Value;
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any) || scalar.Tag is { IsEmpty: false, Value: "tag:yaml.org,2002:str" })
            return JsonValue.Create(text);
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return null;
        if (text is "true" or "True" or "TRUE")
            return JsonValue.Create(true);
        if (text is "false" or "False" or "FALSE")
            return JsonValue.Create(false);
        if (Integer().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
            return JsonValue.Create(integer);
        return Real().IsMatch(text) && double.TryParse(text, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real)
            ? JsonValue.Create(real)
            : JsonValue.Create(text);
    }

    private sealed class Anchors
    {
        public Dictionary<string, JsonNode?> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>How many values aliases have repeated in the document.</summary>
        public long Repeated { get; set; }
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Real();
}
