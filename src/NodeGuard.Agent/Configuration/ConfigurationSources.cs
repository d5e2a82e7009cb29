using System.Collections;

namespace NodeGuard.Agent.Configuration;

/// <summary>What a person said, by rising precedence: file, variables, flags.</summary>
public sealed record ConfigurationSources
{
    public const string DefaultFile = "/etc/nodeguard/agent.yaml";

    /// <summary>The file that --config names; null for <see cref="DefaultFile"/>, which need not exist.</summary>
    public string? File { get; init; }

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Key of the setting and value, in the order given; only list settings may come twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Flags { get; init; } = [];

    /// <summary>Variables of this process; the file and flags as given.</summary>
    public static ConfigurationSources OfProcess(string? file, IReadOnlyList<KeyValuePair<string, string>> flags)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string value } && name.StartsWith("NODEGUARD_", StringComparison.Ordinal))
            {
                variables[name] = value;
            }
        }

        return new ConfigurationSources { File = file, Variables = variables, Flags = flags };
    }
}

/// <summary>One thing that is wrong: where it was said, and a sentence with the key, the value and what is allowed.</summary>
public sealed record ConfigurationError(string Source, string Message)
{
    public override string ToString() => $"{Source}: {Message}";
}

/// <param name="Setting">The row of the settings table.</param>
/// <param name="Value">Canonical text; lists are joined by commas.</param>
/// <param name="Source">"default", "FILE:LINE", the variable's name or the flag.</param>
public sealed record EffectiveSetting(Setting Setting, string Value, string Source);

/// <summary>Either options, or every error at once; the effective values that are known in both cases.</summary>
public sealed record ConfigurationResult
{
    /// <summary>Null when there are errors.</summary>
    public required AgentOptions? Options { get; init; }

    public required IReadOnlyList<ConfigurationError> Errors { get; init; }

    /// <summary>
    /// NODEGUARD_ variables that no setting has. Not an error: Kubernetes makes such variables for a Service that is
    /// called nodeguard.
    /// </summary>
    public required IReadOnlyList<string> UnknownVariables { get; init; }

    public required IReadOnlyList<EffectiveSetting> Effective { get; init; }
}

/// <summary>A value as it was said, before it is checked.</summary>
internal sealed record RawSetting(string Key, IReadOnlyList<string> Items, bool IsList, string Source)
{
    public string Shown
    {
        get
        {
            const int longest = 120;
            string text = string.Join(',', Items);
            string cut = text.Length > longest ? text[..longest] + "..." : text;
            return string.Concat(cut.Select(c => char.IsControl(c) ? '?' : c));
        }
    }
}
