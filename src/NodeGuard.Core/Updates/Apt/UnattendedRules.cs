using System.Text.RegularExpressions;

namespace NodeGuard.Core.Updates.Apt;

/// <summary>What unattended-upgrades may take on this host, by its configuration.</summary>
public sealed class UnattendedRules
{
    private const string Prefix = "Unattended-Upgrade::";
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(200);

    private readonly List<OriginPattern> _allowed = [];
    private readonly List<Regex> _blacklist = [];
    private readonly List<Regex> _whitelist = [];
    private readonly List<string> _problems = [];
    private bool _strict;

    private UnattendedRules()
    {
    }

    /// <summary>Entries that are not understood; what they would allow or forbid is unknown.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Null where unattended-upgrades is not configured at all.</summary>
    public static UnattendedRules? From(AptConfig config, OsIdentity os)
    {
        IReadOnlyList<string> origins = config.List(Prefix + "Allowed-Origins"), patterns = config.List(Prefix + "Origins-Pattern");
        if (origins.Count + patterns.Count == 0)
            return null;
        var rules = new UnattendedRules();
        foreach (var origin in origins)
            rules.Allow(OriginPattern.ParseAllowedOrigin(origin, os, out var problem), problem);
        foreach (var pattern in patterns)
            rules.Allow(OriginPattern.Parse(pattern, os, out var problem), problem);
        rules.AddExpressions(config.List(Prefix + "Package-Blacklist"), rules._blacklist);
        rules.AddExpressions(config.List(Prefix + "Package-Whitelist"), rules._whitelist);
        rules._strict = config.IsTrue(Prefix + "Package-Whitelist-Strict", otherwise: false);
        return rules;
    }

    public bool Allows(ReleaseOrigin release) => !release.IsInstalled && _allowed.Exists(pattern => pattern.Matches(release));

    public bool IsBlacklisted(string package) => _blacklist.Exists(expression => IsMatch(expression, package));

    /// <summary>Whether a package may be upgraded for its own sake.</summary>
    public bool IsWhitelisted(string package) => _whitelist.Count == 0 || _whitelist.Exists(expression => IsMatch(expression, package));

    /// <summary>Whether a package may come along with another one.</summary>
    public bool MayComeAlong(string package) => !_strict || IsWhitelisted(package);

    private void Allow(OriginPattern? pattern, string? problem)
    {
        if (pattern is not null)
            _allowed.Add(pattern);
        else if (problem is not null)
            _problems.Add(problem);
    }

    // Python's re.match: at the beginning, not necessarily to the end.
    private void AddExpressions(IReadOnlyList<string> texts, List<Regex> expressions)
    {
        foreach (var text in texts)
        {
            try
            {
                expressions.Add(new Regex($@"\A(?:{text})", RegexOptions.CultureInvariant, MatchTimeout));
            }
            catch (ArgumentException)
            {
                _problems.Add($"unattended-upgrades: \"{ParseProblems.Shown(text)}\" is no regular expression");
            }
        }
    }

    // An expression that takes for ever is one that forbids: nothing is promised that may not come.
    private static bool IsMatch(Regex expression, string package)
    {
        try
        {
            return expression.IsMatch(package);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }
}
