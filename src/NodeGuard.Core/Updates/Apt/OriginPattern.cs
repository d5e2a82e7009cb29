namespace NodeGuard.Core.Updates.Apt;

/// <summary>One entry of unattended-upgrades' Origins-Pattern, or of Allowed-Origins in its older form.</summary>
public sealed class OriginPattern
{
    private readonly List<(string Key, string Glob)> _conditions;

    private OriginPattern(List<(string Key, string Glob)> conditions) => _conditions = conditions;

    /// <summary>"origin=Debian,codename=${distro_codename},label=Debian-Security". Null and the problem where a key is not known.</summary>
    public static OriginPattern? Parse(string pattern, OsIdentity os, out string? problem)
    {
        problem = null;
        var conditions = new List<(string, string)>();
        foreach (var part in pattern.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || Key(part[..equals]) is not { } key)
            {
                problem = $"unattended-upgrades: \"{ParseProblems.Shown(part)}\" in the pattern \"{ParseProblems.Shown(pattern)}\" is not understood; "
                    + "wanted origin=, label=, archive=, codename=, component= or site=";
                return null;
            }

            var value = part[(equals + 1)..].Replace("%2c", ",", StringComparison.Ordinal);
            conditions.Add((key, os.Expand(value)));
        }

        return new OriginPattern(conditions);
    }

    /// <summary>"Ubuntu:jammy-security", or with a blank for the colon.</summary>
    public static OriginPattern? ParseAllowedOrigin(string allowed, OsIdentity os, out string? problem)
    {
        problem = null;
        // The macros hold no colon, so it divides before they are put in.
        var at = allowed.IndexOf(':', StringComparison.Ordinal);
        if (at < 0)
            at = allowed.IndexOf(' ', StringComparison.Ordinal);
        if (at >= 0)
            return new OriginPattern([("origin", os.Expand(allowed[..at])), ("archive", os.Expand(allowed[(at + 1)..]))]);
        problem = $"unattended-upgrades: \"{ParseProblems.Shown(allowed)}\" of Allowed-Origins is not understood; wanted ORIGIN:ARCHIVE";
        return null;
    }

    public bool Matches(ReleaseOrigin release) => _conditions.Count > 0 && _conditions.TrueForAll(condition => Glob.Matches(condition.Glob, condition.Key switch
    {
        "origin" => release.Origin,
        "label" => release.Label,
        "archive" => release.Archive,
        "codename" => release.Codename,
        "component" => release.Component,
        _ => release.Site,
    }));

    private static string? Key(string key) => key switch
    {
        "o" or "origin" => "origin",
        "l" or "label" => "label",
        "a" or "suite" or "archive" => "archive",
        "n" or "codename" => "codename",
        "c" or "component" => "component",
        "site" => "site",
        _ => null,
    };
}

/// <summary>What ${distro_id} and ${distro_codename} stand for.</summary>
public sealed record OsIdentity(string DistributionId, string Codename)
{
    /// <summary>From os-release(5); lsb_release writes "Debian" where os-release writes "debian".</summary>
    public static OsIdentity FromOsRelease(string text)
    {
        string Value(string name) => text.Split('\n')
            .Where(line => line.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 1)..].Trim().Trim('"', '\''))
            .LastOrDefault("");
        var id = Value("ID");
        return new OsIdentity(id.Length == 0 ? "" : char.ToUpperInvariant(id[0]) + id[1..], Value("VERSION_CODENAME"));
    }

    public string Expand(string text) => text
        .Replace("${distro_id}", DistributionId, StringComparison.Ordinal)
        .Replace("${distro_codename}", Codename, StringComparison.Ordinal);
}
