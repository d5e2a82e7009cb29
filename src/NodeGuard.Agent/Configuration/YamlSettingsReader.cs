using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeGuard.Agent.Configuration;

/// <summary>
/// Flattens a YAML mapping of mappings into dotted keys. Takes YamlDotNet's event parser only: no reflection, no
/// aliases (so no text expands), and bounds on size and depth.
/// </summary>
internal sealed class YamlSettingsReader
{
    public const int MaxCharacters = 64 * 1024;
    private const int MaxDepth = 8;

    private readonly string _name;
    private readonly List<RawSetting> _settings = [];
    private readonly List<ConfigurationError> _errors;
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);

    private YamlSettingsReader(string name, List<ConfigurationError> errors)
    {
        _name = name;
        _errors = errors;
    }

    /// <param name="text">The file's text.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <param name="errors">Receives what is wrong with the file's form.</param>
    public static IReadOnlyList<RawSetting> Read(string text, string name, List<ConfigurationError> errors)
    {
        var reader = new YamlSettingsReader(name, errors);
        if (text.Length > MaxCharacters)
        {
            errors.Add(new(name, $"the file has {text.Length} characters; at most {MaxCharacters} are read. Keep only the agent's settings in it."));
            return [];
        }

        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            reader.ReadStream(parser);
        }
        catch (YamlException e)
        {
            errors.Add(reader.Error(e.Start, $"this cannot be read as YAML: {FirstLine(e.Message)} Mind the indentation and quotes around this line."));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // YamlDotNet 16.3 answers some malformed text with slips of its own instead of a YamlException: a NUL inside a
            // plain scalar, an alias after a flow list. The text is in memory, so nothing else can have failed.
            Mark mark = parser.Current?.End ?? Mark.Empty;
            errors.Add(reader.Error(mark, "this cannot be read as YAML. Mind the indentation, tabs and quotes from this line on."));
        }

        return reader._settings;
    }

    private static string FirstLine(string message)
    {
        string line = message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd();
        return line.EndsWith('.') ? line : line + ".";
    }

    private ConfigurationError Error(Mark mark, string message) => new($"{_name}:{mark.Line}", message);

    private void ReadStream(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
        {
            return;
        }

        parser.Consume<DocumentStart>();
        ReadGroup(parser, string.Empty);
        parser.Consume<DocumentEnd>();
        if (Take<DocumentStart>(parser) is { } second)
        {
            _errors.Add(Error(second.Start, "a second YAML document starts here; the file may have one. Remove the --- line."));
        }
    }

    private void ReadGroup(Parser parser, string prefix)
    {
        Scalar? scalar = Take<Scalar>(parser);
        if (scalar is not null && IsNull(scalar))
        {
            return;
        }

        if (scalar is not null || Take<MappingStart>(parser) is null)
        {
            Mark start = scalar?.Start ?? parser.Current!.Start;
            string what = prefix.Length == 0 ? "the file" : prefix;
            _errors.Add(Error(start, $"{what} is {Describe(scalar ?? parser.Current!)}; wanted a mapping of keys to values."));
            if (scalar is null)
            {
                Skip(parser);
            }

            return;
        }

        while (!parser.TryConsume<MappingEnd>(out _))
        {
            ReadEntry(parser, prefix);
        }
    }

    private void ReadEntry(Parser parser, string prefix)
    {
        if (Take<Scalar>(parser) is not { } name)
        {
            _errors.Add(Error(parser.Current!.Start, $"a key is {Describe(parser.Current!)}; wanted a name."));
            Skip(parser);
            Skip(parser);
            return;
        }

        string key = prefix.Length == 0 ? name.Value : $"{prefix}.{name.Value}";
        if (!_seen.TryAdd(key, (int)name.Start.Line))
        {
            _errors.Add(Error(name.Start, $"{Shorten(key)} is said twice, first in line {_seen[key]}; remove one."));
            Skip(parser);
            return;
        }

        if (SettingNames.IsGroup(key))
        {
            ReadGroup(parser, key);
            return;
        }

        ReadValue(parser, key, name);
    }

    private void ReadValue(Parser parser, string key, Scalar name)
    {
        string source = $"{_name}:{name.Start.Line}";
        if (!SettingNames.TryFind(key, out _))
        {
            _errors.Add(new(source, SettingNames.Unknown(Shorten(key))));
            Skip(parser);
        }
        else if (Take<Scalar>(parser) is { } scalar)
        {
            if (IsNull(scalar))
            {
                _errors.Add(new(source, $"{key} has no value; give it one or remove the line."));
                return;
            }

            _settings.Add(new RawSetting(key, [scalar.Value], IsList: false, source));
        }
        else if (parser.Current is SequenceStart)
        {
            ReadList(parser, key, source);
        }
        else
        {
            _errors.Add(new(source, $"{key} is {Describe(parser.Current!)}; wanted a value."));
            Skip(parser);
        }
    }

    private void ReadList(Parser parser, string key, string source)
    {
        parser.Consume<SequenceStart>();
        var items = new List<string>();
        bool valid = true;
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            Scalar? item = Take<Scalar>(parser);
            if (item is not null && !IsNull(item))
            {
                items.Add(item.Value);
                continue;
            }

            valid = false;
            ParsingEvent wrong = item ?? parser.Current!;
            _errors.Add(Error(wrong.Start, $"an entry of {key} is {Describe(wrong)}; wanted a value."));
            if (item is null)
            {
                Skip(parser);
            }
        }

        if (valid)
        {
            _settings.Add(new RawSetting(key, items, IsList: true, source));
        }
    }

    /// <summary>Passes over the next node. YamlDotNet's own needs quadratic time for deep nesting, so depth is bounded.</summary>
    private static void Skip(Parser parser)
    {
        int depth = 0;
        do
        {
            ParsingEvent next = parser.Consume<ParsingEvent>();
            depth += next.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new YamlException(next.Start, next.End, $"more than {MaxDepth} levels deep");
            }
        }
        while (depth > 0);
    }

    private static T? Take<T>(Parser parser)
        where T : ParsingEvent => parser.Accept<T>(out _) ? parser.Consume<T>() : null;

    private static bool IsNull(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";

    private static string Describe(ParsingEvent found) => found switch
    {
        Scalar scalar when IsNull(scalar) => "empty",
        Scalar => "a single value",
        MappingStart => "a mapping",
        SequenceStart => "a list",
        AnchorAlias => "an alias (*name), which is not supported here",
        _ => "not a value",
    };

    private static string Shorten(string text) =>
        string.Concat((text.Length > 80 ? text[..80] + "..." : text).Select(c => char.IsControl(c) ? '?' : c));
}
