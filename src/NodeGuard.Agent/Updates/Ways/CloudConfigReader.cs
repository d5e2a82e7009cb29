using NodeGuard.Core.Updates.Ways;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeGuard.Agent.Updates.Ways;

/// <summary>
/// What a file of cloud-init says of packages: the top of its first YAML document, without following what anchors and merges
/// stand for. Takes YamlDotNet's event parser only, with bounds on size and depth.
/// </summary>
internal static class CloudConfigReader
{
    private const int MaxDepth = 64;

    public static CloudConfigFile Read(string path, string text)
    {
        Dictionary<string, bool> says = new(StringComparer.Ordinal);
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            return new CloudConfigFile(path, says, ReadStream(parser, says) is { } problem ? $"{path}: {problem}" : null);
        }
        catch (YamlException e)
        {
            return new CloudConfigFile(path, says, $"{path}:{e.Start.Line} cannot be read as YAML");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // YamlDotNet 16.3 answers some malformed text with slips of its own. The text is in memory: nothing else failed.
            return new CloudConfigFile(path, says, $"{path} cannot be read as YAML");
        }
    }

    /// <returns>What keeps it from being known; null for nothing.</returns>
    private static string? ReadStream(Parser parser, Dictionary<string, bool> says)
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return null;
        parser.Consume<DocumentStart>();
        if (parser.Accept<Scalar>(out Scalar? scalar))
            return scalar!.Value.Length == 0 ? null : "not a mapping of keys to values";
        if (!parser.TryConsume<MappingStart>(out _))
            return "not a mapping of keys to values";
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out Scalar? key))
                return "has a key that is not text";
            if (key.Value == "<<")
                return "merges what stands elsewhere, which is not followed";
            if (!CloudInitPackages.Keys.TryGetValue(key.Value, out string? name))
                Skip(parser);
            else if (parser.Accept<AnchorAlias>(out _))
                return $"{key.Value} is an alias, which is not followed";
            else
                says[name] = Value(parser);
        }

        return null;
    }

    /// <summary>As cloud-init takes it: a word for yes, or a list with anything in it.</summary>
    private static bool Value(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out Scalar? scalar))
            return scalar.Value.Trim().ToLowerInvariant() is "true" or "1" or "on" or "yes" or "y";
        bool any = false;
        int depth = 0;
        do
        {
            ParsingEvent next = Next(parser, ref depth);
            any |= next is Scalar or AnchorAlias;
        }
        while (depth > 0);
        return any;
    }

    private static void Skip(Parser parser)
    {
        int depth = 0;
        do
        {
            Next(parser, ref depth);
        }
        while (depth > 0);
    }

    private static ParsingEvent Next(Parser parser, ref int depth)
    {
        ParsingEvent next = parser.Consume<ParsingEvent>();
        depth += next.NestingIncrease;
        return depth <= MaxDepth ? next : throw new YamlException(next.Start, next.End, $"more than {MaxDepth} levels deep");
    }
}
