using NodeGuard.Core.Updates;

namespace NodeGuard.Core.Images;

/// <summary>
/// Reads /var/log/apt/history.log, or the end of it. apt writes what it is about to do before dpkg begins, so the last run
/// may be at work still, or torn.
/// </summary>
public static class AptHistoryReader
{
    private const int MaxRuns = 1000;
    private const int MaxActions = 20_000;
    private const int MaxCommand = 400;
    private const int MaxWord = 120;

    private static readonly string[] Actions = ["Install", "Reinstall", "Upgrade", "Downgrade", "Remove", "Purge"];

    /// <summary>Oldest first. What is no line of a run is passed over: the text may begin in the middle of one.</summary>
    public static IReadOnlyList<AptRun> Read(string text)
    {
        var runs = new List<AptRun>();
        AptRun? run = null;
        var actions = new List<AptAction>();
        foreach (string line in text.Split('\n'))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
                continue;
            string field = line[..colon], value = line[(colon + 2)..];
            if (field == "Start-Date")
            {
                End(runs, run, actions);
                run = new AptRun { StartedAt = Date(value), Actions = [] };
                actions = [];
                continue;
            }

            if (run is null)
                continue;
            run = field switch
            {
                "Commandline" => run with { CommandLine = ParseProblems.Shown(string.Join(' ', value.Split(' ').Select(WithoutPassword)), MaxCommand) },
                "Error" => run with { Error = ParseProblems.Shown(value, MaxCommand) },
                "Requested-By" => run with { RequestedBy = ParseProblems.Shown(value, MaxWord) },
                "End-Date" => run with { HasEnded = true },
                _ => run,
            };
            if (Actions.Contains(field))
                Take(actions, field, value);
        }

        End(runs, run, actions);
        return runs.Count <= MaxRuns ? runs : runs[^MaxRuns..];
    }

    /// <summary>The last run that left the package so; null where none did.</summary>
    /// <param name="runs">Oldest first.</param>
    /// <param name="package">Its name.</param>
    /// <param name="architecture">apt writes the host's own for packages that are for all.</param>
    /// <param name="version">Null: it is gone.</param>
    public static AptRun? LastOf(IReadOnlyList<AptRun> runs, string package, string architecture, string? version) =>
        runs.LastOrDefault(run => run.Actions.Any(action => action.Package == package
            && (action.Architecture == architecture || architecture == "all" || action.Architecture == "all")
            && (version is null ? action.Removes : !action.Removes && action.Version == version)));

    private static void End(List<AptRun> runs, AptRun? run, List<AptAction> actions)
    {
        if (run is not null)
            runs.Add(run with { Actions = actions });
    }

    // "2026-11-22  16:00:01", with two blanks.
    private static string Date(string value) => ParseProblems.Shown(Sysctl.Normal(value), MaxWord);

    // "name:arch (1.0, 1.1), name:arch (1.0, automatic), …": of two versions the second is the new one.
    private static void Take(List<AptAction> actions, string field, string value)
    {
        foreach (string item in value.Split("), "))
        {
            int open = item.IndexOf(" (", StringComparison.Ordinal);
            if (open <= 0 || actions.Count == MaxActions)
                continue;
            (string name, string? architecture) = PackageName.Split(item.AsSpan(0, open));
            if (!PackageName.IsGood(name) || (architecture is not null && !PackageName.IsGoodArchitecture(architecture)))
                continue;
            string[] words = item[(open + 2)..].TrimEnd(')').Split(", ");
            string[] versions = [.. words.Where(static word => DebianVersion.ProblemOf(word) is null && word != "automatic")];
            actions.Add(new AptAction(field.ToLowerInvariant(), name, architecture ?? "all", versions.Length > 0 ? versions[^1] : null));
        }
    }

    /// <summary>Proxies and sources are given as scheme://user:password@host.</summary>
    private static string WithoutPassword(string word)
    {
        int scheme = word.IndexOf("://", StringComparison.Ordinal), at = word.LastIndexOf('@');
        return scheme >= 0 && at > scheme ? $"{word[..(scheme + 3)]}***{word[at..]}" : word;
    }
}
