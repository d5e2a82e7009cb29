using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>The first document of a YAML or JSON text. Problems name line and column, and never the text there.</summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 64;

    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);

    private YamlTree(string text) => _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));

    /// <summary>A text without a document is an empty mapping.</summary>
    public static Outcome<YamlNode> Parse(string text)
    {
        var tree = new YamlTree(text);
        try
        {
            return tree.Document();
        }
        catch (PlaceException e)
        {
            return Outcome<YamlNode>.Failed($"line {e.Start.Line}: {e.Message}");
        }
        catch (YamlException e)
        {
            return Broken(e.Start);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // YamlDotNet 16.3 answers some malformed text with slips of its own. The text is in memory: nothing else failed.
            return Broken(tree._parser.Current?.End ?? Mark.Empty);
        }
    }

    private static Outcome<YamlNode> Broken(Mark place) => Outcome<YamlNode>.Failed(
        $"line {place.Line}, column {place.Column}: this is not YAML; mind the indentation and quotes around this place");

    private YamlNode Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
            return new YamlNode.Map(1, new Dictionary<string, YamlNode>());
        _parser.Consume<DocumentStart>();
        return Node(0);
    }

    private YamlNode Node(int depth)
    {
        var current = _parser.Consume<ParsingEvent>();
        if (depth > MaxDepth)
            throw new PlaceException(current.Start, $"nested deeper than {MaxDepth} levels");
        var line = (int)current.Start.Line;
        YamlNode node = current switch
        {
            AnchorAlias alias => _anchors.GetValueOrDefault(alias.Value.Value)
                ?? throw new PlaceException(alias.Start, "an alias of an anchor that does not stand before it"),
            Scalar scalar => new YamlNode.Text(line, scalar.Value, scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty),
            SequenceStart => new YamlNode.List(line, Items(depth)),
            MappingStart => new YamlNode.Map(line, Fields(depth)),
            _ => throw new PlaceException(current.Start, "a value is missing here"),
        };
        if (current is NodeEvent { Anchor.IsEmpty: false } anchored)
            _anchors[anchored.Anchor.Value] = node;
        return node;
    }

    private List<YamlNode> Items(int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(depth + 1));
        return items;
    }

    private Dictionary<string, YamlNode> Fields(int depth)
    {
        var fields = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        YamlNode.Map? merged = null;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
                throw new PlaceException(_parser.Current!.Start, "a key is text here");
            var value = Node(depth + 1);
            if (key.Value == "<<" && value is YamlNode.Map map)
                merged = map;
            else if (!fields.TryAdd(key.Value, value))
                throw new PlaceException(key.Start, "a key that stands in the same mapping before");
        }

        foreach (var (key, value) in merged?.Fields ?? new Dictionary<string, YamlNode>())
            fields.TryAdd(key, value);
        return fields;
    }

    private sealed class PlaceException(Mark place, string message) : YamlException(place, place, message);
}
