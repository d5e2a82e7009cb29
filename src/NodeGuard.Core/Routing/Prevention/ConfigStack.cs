namespace NodeGuard.Core.Routing.Prevention;

/// <summary>One assignment; Line is counted from 1.</summary>
public sealed record ConfigLine(string Section, string Key, string Value, int Line);

/// <summary>A file of settings. With a problem its lines are not all known, and whatever it could set is unknown.</summary>
public sealed record ConfigFile(string Path, IReadOnlyList<ConfigLine> Lines, string? Problem = null);

public enum ConfigState
{
    /// <summary>No file sets it: the compiled-in default holds.</summary>
    Unset,
    Set,

    /// <summary>What decides could not be read or understood.</summary>
    Unknown,
}

/// <summary>A setting's effective value and the place that decides it.</summary>
public sealed record ConfigValue(ConfigState State, string? Value, string? File, int Line, string? Problem)
{
    public static readonly ConfigValue Unset = new(ConfigState.Unset, null, null, 0, null);

    public string? Place => File is null ? null : Line > 0 ? $"{File}:{Line}" : File;
}

/// <summary>A main file and its drop-ins in the order in which systemd applies them: later ones win.</summary>
public sealed record ConfigStack(IReadOnlyList<ConfigFile> Files)
{
    public static readonly ConfigStack Empty = new([]);

    /// <summary>The last assignment wins; what lies under a file with a problem is unknown until a later file sets it.</summary>
    /// <param name="section">Exact, as systemd compares it.</param>
    /// <param name="key">Exact, as systemd compares it.</param>
    /// <param name="understood">
    /// Whether systemd parses the value. It ignores or resets on one that it cannot parse, depending on the release.
    /// </param>
    /// <param name="except">Files to read as if they were not there.</param>
    public ConfigValue Find(string section, string key, Func<string, bool> understood, Func<string, bool>? except = null)
    {
        var found = ConfigValue.Unset;
        foreach (var file in Files)
        {
            if (except?.Invoke(file.Path) == true)
                continue;
            foreach (var line in file.Lines)
            {
                if (line.Section != section || line.Key != key)
                    continue;
                found = understood(line.Value)
                    ? new ConfigValue(ConfigState.Set, line.Value, file.Path, line.Line, null)
                    : new ConfigValue(ConfigState.Unknown, line.Value, file.Path, line.Line,
                        $"{key}={line.Value} is not a value that systemd understands");
            }

            if (file.Problem is not null)
                found = new ConfigValue(ConfigState.Unknown, null, file.Path, 0, file.Problem);
        }

        return found;
    }

    public ConfigValue FindBoolean(string section, string key, Func<string, bool>? except = null) =>
        Find(section, key, static value => ParseBoolean(value) is not null, except);

    /// <summary>systemd's parse_boolean(); null for everything else.</summary>
    public static bool? ParseBoolean(string value) => value.ToUpperInvariant() switch
    {
        "1" or "YES" or "Y" or "TRUE" or "T" or "ON" => true,
        "0" or "NO" or "N" or "FALSE" or "F" or "OFF" => false,
        _ => null,
    };
}
