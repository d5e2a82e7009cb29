using NodeGuard.Core.Updates.Apt;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>What people have locked, by the names that they gave: only these tell a lock from another obstacle.</summary>
/// <param name="Patterns">Names, with * and ?.</param>
public sealed record RpmLocks(IReadOnlyList<string> Patterns)
{
    public static readonly RpmLocks None = new([]);

    private const int Most = 10_000;

    public bool Hold(string name) => Patterns.Any(pattern => Glob.Matches(pattern, name));

    /// <summary>versionlock.list of dnf 4: "name-0:1.0-1.*", also "name" or "name-1.0*"; "!" excludes one version instead.</summary>
    public static RpmLocks OfList(string text) => new(
    [
        .. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(Most)
            .Where(line => line[0] != '#').Select(line => line.TrimStart('!')).SelectMany(Names),
    ]);

    /// <summary>versionlock.toml of dnf 5: the lines `name = "…"`.</summary>
    public static RpmLocks OfToml(string text) => new(
    [
        .. text.Split('\n', StringSplitOptions.TrimEntries).Take(Most)
            .Where(line => line.StartsWith("name", StringComparison.Ordinal) && line[4..].TrimStart().StartsWith('='))
            .Select(line => line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim().Trim('"', '\'')),
    ]);

    // The whole line, and what stays of it without release and version.
    private static IEnumerable<string> Names(string line)
    {
        var name = line;
        for (var parts = 0; parts < 3; parts++)
        {
            yield return name;
            if (name.LastIndexOf('-') is not (> 0 and var dash))
                yield break;
            name = name[..dash];
        }
    }
}
