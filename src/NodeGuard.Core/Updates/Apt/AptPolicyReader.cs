using System.Globalization;

namespace NodeGuard.Core.Updates.Apt;

/// <summary>Reads `apt-cache policy` under LC_ALL=C: apt's own answer to what preferences, pins and Release files come to.</summary>
public static class AptPolicyReader
{
    /// <summary>The answer for given names.</summary>
    public static PolicyPackages ReadPackages(ReadOnlySpan<char> output)
    {
        var packages = new List<PolicyPackage>();
        var problems = new ParseProblems();
        PackageDraft? draft = null;
        foreach (var line in output.EnumerateLines())
        {
            if (line.IsEmpty)
                continue;
            if (line[0] != ' ')
            {
                draft?.End(packages, problems);
                draft = new PackageDraft(line.TrimEnd(':').ToString());
            }
            else if (draft is null || !draft.Take(line))
            {
                problems.Add($"\"{ParseProblems.Shown(line)}\" is not as apt-cache policy writes it");
            }
        }

        draft?.End(packages, problems);
        return new PolicyPackages(packages, problems.ToList());
    }

    /// <summary>The answer without names.</summary>
    public static PolicySources ReadSources(ReadOnlySpan<char> output)
    {
        var origins = new Dictionary<string, ReleaseOrigin>(StringComparer.Ordinal);
        var pinned = new List<string>();
        var problems = new ParseProblems();
        string? source = null;
        var inPinned = false;
        var begun = false;
        foreach (var line in output.EnumerateLines())
        {
            if (line.IsEmpty)
                continue;
            var text = line.Trim();
            if (line[0] != ' ')
            {
                inPinned = text is "Pinned packages:";
                begun |= text is "Package files:";
            }
            else if (inPinned)
            {
                TakePin(text, pinned, problems);
            }
            else if (source is not null && text.StartsWith("release ", StringComparison.Ordinal))
            {
                origins[source] = Merge(origins.GetValueOrDefault(source), Release(text[8..]));
            }
            else if (source is not null && text.StartsWith("origin ", StringComparison.Ordinal))
            {
                origins[source] = origins.GetValueOrDefault(source, new ReleaseOrigin()) with { Site = text[7..].ToString() };
            }
            else if (Prioritized(text) is { } list)
            {
                source = list.Text;
                origins.TryAdd(source, new ReleaseOrigin());
            }
            else
            {
                problems.Add($"\"{ParseProblems.Shown(text)}\" is not as apt-cache policy writes it");
            }
        }

        if (!begun)
            problems.Add("apt-cache policy's answer has no \"Package files:\"");
        return new PolicySources(origins, pinned, problems.ToList());
    }

    private static ReleaseOrigin Merge(ReleaseOrigin? before, ReleaseOrigin release) => release with { Site = before?.Site ?? "" };

    // "v=12.5,o=Debian,a=stable,n=bookworm,l=Debian,c=main,b=amd64"; a comma may be in a value.
    private static ReleaseOrigin Release(ReadOnlySpan<char> text)
    {
        var fields = new Dictionary<char, string>();
        char key = default;
        foreach (var range in text.Split(','))
        {
            var part = text[range];
            if (part.Length >= 2 && part[1] == '=' && char.IsAsciiLetterLower(part[0]))
            {
                key = part[0];
                fields[key] = part[2..].ToString();
            }
            else if (key != default)
            {
                fields[key] += "," + part.ToString();
            }
        }

        return new ReleaseOrigin
        {
            Origin = fields.GetValueOrDefault('o', ""),
            Label = fields.GetValueOrDefault('l', ""),
            Archive = fields.GetValueOrDefault('a', ""),
            Codename = fields.GetValueOrDefault('n', ""),
            Component = fields.GetValueOrDefault('c', ""),
        };
    }

    // "name -> 1.0 with priority 990"
    private static void TakePin(ReadOnlySpan<char> text, List<string> pinned, ParseProblems problems)
    {
        var end = text.IndexOf(' ');
        var (name, architecture) = PackageName.Split(end < 0 ? text : text[..end]);
        if (PackageName.IsGood(name) && (architecture is null || PackageName.IsGoodArchitecture(architecture)))
            pinned.Add(architecture is null ? name : $"{name}:{architecture}");
        else
            problems.Add($"\"{ParseProblems.Shown(text)}\" is no pin as apt-cache policy writes it");
    }

    /// <summary>"500 http://… Packages".</summary>
    private static (int Priority, string Text)? Prioritized(ReadOnlySpan<char> text)
    {
        var end = text.IndexOf(' ');
        return end > 0 && int.TryParse(text[..end], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? (priority, text[(end + 1)..].Trim().ToString())
            : null;
    }

    private sealed class PackageDraft(string header)
    {
        private readonly List<(string Version, int Priority, int? Phased, List<string> Sources)> _versions = [];
        private string? _installed;
        private string? _candidate;

        /// <summary>False for a line that apt-cache would not write here.</summary>
        public bool Take(ReadOnlySpan<char> line)
        {
            var text = line.Trim();
            if (text.StartsWith("Installed: ", StringComparison.Ordinal))
                _installed = Known(text[11..]);
            else if (text.StartsWith("Candidate: ", StringComparison.Ordinal))
                _candidate = Known(text[11..]);
            else if (text is "Version table:" || text.StartsWith("Package pin: ", StringComparison.Ordinal))
                return true;
            else if (line.StartsWith("       ") && _versions.Count > 0 && Prioritized(text) is { } source)
                _versions[^1].Sources.Add(source.Text);
            else
                return TakeVersion(text);
            return true;
        }

        public void End(List<PolicyPackage> packages, ParseProblems problems)
        {
            var (name, architecture) = PackageName.Split(header);
            var bad = _versions.Select(version => DebianVersion.ProblemOf(version.Version)).FirstOrDefault(problem => problem is not null);
            if (!PackageName.IsGood(name) || (architecture is not null && !PackageName.IsGoodArchitecture(architecture)))
                problems.Add($"\"{ParseProblems.Shown(header)}\" is no name of a package");
            else if (bad is not null)
                problems.Add($"{name}: {bad}");
            else
                packages.Add(new PolicyPackage(name, architecture, _installed, _candidate, [.. _versions.Select(v => new PolicyVersion(v.Version, v.Priority, v.Phased, v.Sources))]));
        }

        // "*** 1.0-1 500 (phased 10%)"
        private bool TakeVersion(ReadOnlySpan<char> text)
        {
            Span<Range> words = stackalloc Range[5];
            if (text.StartsWith("*** ", StringComparison.Ordinal))
                text = text[4..];
            var count = text.Split(words, ' ', StringSplitOptions.RemoveEmptyEntries);
            if (count < 2 || !int.TryParse(text[words[1]], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
                return false;
            int? phased = count == 4 && text[words[2]] is "(phased"
                && int.TryParse(text[words[3]].TrimEnd("%)"), NumberStyles.None, CultureInfo.InvariantCulture, out var percentage) ? percentage : null;
            _versions.Add((text[words[0]].ToString(), priority, phased, []));
            return true;
        }

        private static string? Known(ReadOnlySpan<char> version) => version is "(none)" ? null : version.ToString();
    }
}
