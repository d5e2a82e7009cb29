using System.Text;

namespace NodeGuard.Agent.Configuration;

/// <summary>One row of the settings table: its names in the file, the environment and the flags, and what it accepts.</summary>
public abstract class Setting
{
    private protected Setting(string key, string defaultText, string allowed, bool isList, string description)
    {
        Key = key;
        DefaultText = defaultText;
        Allowed = allowed;
        IsList = isList;
        Description = description;
        string words = Words(key);
        Flag = "--" + words;
        Variable = "NODEGUARD_" + words.Replace('-', '_').ToUpperInvariant();
    }

    /// <summary>Dotted path in the YAML file, such as routes.maxObjects.</summary>
    public string Key { get; }

    /// <summary>Such as --routes-max-objects.</summary>
    public string Flag { get; }

    /// <summary>Such as NODEGUARD_ROUTES_MAX_OBJECTS.</summary>
    public string Variable { get; }

    public string DefaultText { get; }

    /// <summary>What a value may be, for people: completes "allowed: ".</summary>
    public string Allowed { get; }

    public bool IsList { get; }

    public string Description { get; }

    /// <summary>Takes effect on SIGHUP, without a restart of the agent.</summary>
    public bool Reloadable { get; init; }

    /// <summary>The parsed value and its canonical text, or null when it is not allowed.</summary>
    internal abstract ParsedSetting? Parse(IReadOnlyList<string> items);

    private static string Words(string key)
    {
        var words = new StringBuilder(key.Length + 8);
        foreach (char c in key)
        {
            if (c == '.')
            {
                words.Append('-');
            }
            else if (char.IsAsciiLetterUpper(c))
            {
                words.Append('-').Append(char.ToLowerInvariant(c));
            }
            else
            {
                words.Append(c);
            }
        }

        return words.ToString();
    }
}

internal sealed record ParsedSetting(object Value, string Text);

/// <summary>A setting whose value is one <typeparamref name="T"/>.</summary>
public sealed class ScalarSetting<T> : Setting
    where T : notnull
{
    private readonly SettingType<T> _type;

    internal ScalarSetting(string key, string defaultText, SettingType<T> type, string description)
        : base(key, defaultText, type.Allowed, isList: false, description) => _type = type;

    internal override ParsedSetting? Parse(IReadOnlyList<string> items) =>
        items.Count == 1 && _type.TryParse(items[0], out T? value) ? new ParsedSetting(value, _type.Format(value)) : null;
}

/// <summary>A setting whose value is any number of <typeparamref name="T"/>, separated by commas outside YAML.</summary>
public sealed class ListSetting<T> : Setting
    where T : notnull
{
    /// <summary>Filters are asked for each object that enters the ledger.</summary>
    private const int MaxItems = 256;

    private readonly SettingType<T> _type;

    internal ListSetting(string key, SettingType<T> type, string description, string defaultText = "")
        : base(key, defaultText, $"a list of at most {MaxItems}: {type.Allowed}", isList: true, description) => _type = type;

    internal override ParsedSetting? Parse(IReadOnlyList<string> items)
    {
        if (items.Count > MaxItems)
        {
            return null;
        }

        var values = new List<T>(items.Count);
        foreach (string item in items)
        {
            if (!_type.TryParse(item, out T? value))
            {
                return null;
            }

            values.Add(value);
        }

        return new ParsedSetting(values.ToArray(), string.Join(',', values.Select(_type.Format)));
    }
}
