using System.Text.RegularExpressions;

namespace NodeGuard.Core.Updates.Ways;

/// <summary>What needrestart does with services that an update left with old code.</summary>
public enum RestartMode
{
    /// <summary>Its configuration is a program, and says something else than a letter.</summary>
    Unknown,

    Lists,

    /// <summary>At a terminal; elsewhere it lists.</summary>
    Asks,

    Restarts,
}

/// <summary>needrestart's configuration, which is Perl: only plain assignments are understood.</summary>
public static partial class NeedrestartConfig
{
    /// <returns>What the last assignment of a file says, and its line; null when the file has none.</returns>
    public static (RestartMode Mode, int Line)? Read(string text)
    {
        (RestartMode Mode, int Line)? found = null;
        int number = 0;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> trimmed = line.Trim();
            if (trimmed is "__END__" or "__DATA__")
                break;
            if (trimmed.IsEmpty || trimmed[0] == '#' || !trimmed.Contains("restart", StringComparison.Ordinal))
                continue;
            foreach (Match assignment in Assignments(trimmed.ToString()))
                found = (ModeOf(assignment), number);
        }

        return found;
    }

    private static Match[] Assignments(string line)
    {
        try
        {
            return Assignment().Matches(line).ToArray();
        }
        catch (RegexMatchTimeoutException)
        {
            return [];
        }
    }

    private static RestartMode ModeOf(Match assignment) => assignment switch
    {
        // Under a condition, or after something else: what comes of it only Perl can tell.
        { Index: > 0 } => RestartMode.Unknown,
        _ => assignment.Groups["value"].Value.Trim() switch
        {
            "'l'" or "\"l\"" or "q(l)" => RestartMode.Lists,
            "'i'" or "\"i\"" or "q(i)" => RestartMode.Asks,
            "'a'" or "\"a\"" or "q(a)" => RestartMode.Restarts,
            _ => RestartMode.Unknown,
        },
    };

    [GeneratedRegex(@"\$nrconf\s*\{\s*['""]?restart['""]?\s*\}\s*=(?!=)(?<value>[^;]*)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Assignment();
}
