namespace NodeGuard.Core.Updates.Apt;

/// <summary>`apt-config dump`: apt's effective configuration, lists among it.</summary>
public sealed class AptConfig
{
    private const int MaxLines = 20_000;

    private readonly List<(string Key, string Value)> _entries = [];

    private AptConfig()
    {
    }

    public static AptConfig Read(ReadOnlySpan<char> dump)
    {
        var config = new AptConfig();
        foreach (var line in dump.EnumerateLines())
        {
            // Key "value"; where the value may hold quotes of its own.
            var open = line.IndexOf(" \"", StringComparison.Ordinal);
            if (open <= 0 || !line.EndsWith("\";") || line.Length < open + 4 || config._entries.Count >= MaxLines)
                continue;
            config._entries.Add((line[..open].ToString(), line[(open + 2)..^2].ToString()));
        }

        return config;
    }

    /// <summary>apt has hundreds of settings of its own: an answer without any is none.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>The last value of it; null where it is not set.</summary>
    public string? Find(string key) =>
        _entries.FindLast(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>What a list holds, in order, named entries among them.</summary>
    public IReadOnlyList<string> List(string key) =>
    [
        .. _entries.Where(entry => entry.Key.StartsWith(key + "::", StringComparison.OrdinalIgnoreCase) && entry.Value.Length > 0)
            .Select(entry => entry.Value),
    ];

    /// <summary>apt's words for true.</summary>
    public bool IsTrue(string key, bool otherwise) => Find(key)?.ToUpperInvariant() switch
    {
        null or "" => otherwise,
        "TRUE" or "YES" or "ON" or "ENABLE" or "1" or "WITH" => true,
        _ => false,
    };
}
