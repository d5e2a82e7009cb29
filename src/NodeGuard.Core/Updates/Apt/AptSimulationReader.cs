using System.Globalization;

namespace NodeGuard.Core.Updates.Apt;

/// <summary>Reads the output of `apt-get -s` under LC_ALL=C. Holds invariant 11: an answer that breaks off is not "nothing to do".</summary>
public static class AptSimulationReader
{
    private enum Section
    {
        None,
        KeptBack,
        Phased,
        Other,
    }

    public static AptSimulation Read(ReadOnlySpan<char> output) => new Pass().Read(output);

    private sealed class Pass
    {
        private readonly List<SimulatedInstall> _installs = [];
        private readonly List<string> _removals = [];
        private readonly List<string> _keptBack = [];
        private readonly List<string> _phased = [];
        private readonly ParseProblems _problems = new();
        private Section _section;
        private string? _count;

        public AptSimulation Read(ReadOnlySpan<char> output)
        {
            foreach (var line in output.EnumerateLines())
                Take(line);
            if (_count is null)
                _problems.Add("apt-get's answer ends before its count (\"N upgraded, …\"): it broke off");
            else
                Check(_count);
            return new AptSimulation
            {
                Installs = _installs,
                Removals = _removals,
                KeptBack = _keptBack,
                Phased = _phased,
                Problems = _problems.ToList(),
            };
        }

        private void Take(ReadOnlySpan<char> line)
        {
            if (line.StartsWith(' '))
            {
                TakeNames(line.Trim());
                return;
            }

            _section = Section.None;
            if (line.StartsWith("Inst ", StringComparison.Ordinal))
                TakeInstall(line[5..]);
            else if (line.StartsWith("Remv ", StringComparison.Ordinal) || line.StartsWith("Purg ", StringComparison.Ordinal))
                TakeRemoval(line[5..]);
            else if (line.EndsWith(':'))
                _section = SectionOf(line);
            else if (line.Contains(" upgraded, ", StringComparison.Ordinal) && line.EndsWith(" not upgraded."))
                _count = line.ToString();
        }

        private static Section SectionOf(ReadOnlySpan<char> header) => header switch
        {
            "The following packages have been kept back:" => Section.KeptBack,
            "The following upgrades have been deferred due to phasing:" or "Not upgrading yet due to phasing:" => Section.Phased,
            _ => Section.Other,
        };

        // "name", several of them, or with -V one per line with "(old => new)" behind it.
        private void TakeNames(ReadOnlySpan<char> line)
        {
            if (_section is not (Section.KeptBack or Section.Phased))
                return;
            var bracket = line.IndexOf('(');
            var names = bracket < 0 ? line : line[..bracket];
            foreach (var range in names.Split(' '))
            {
                var name = names[range];
                if (name.IsEmpty)
                    continue;
                if (IsGood(name))
                    (_section == Section.KeptBack ? _keptBack : _phased).Add(name.ToString());
                else
                    _problems.Add($"\"{ParseProblems.Shown(name)}\" is no name of a package");
            }
        }

        // name[:arch] [[installed]] (candidate source, source [arch]) [what is broken meanwhile]
        private void TakeInstall(ReadOnlySpan<char> line)
        {
            var rest = line;
            var name = Word(ref rest);
            string? installed = null;
            if (rest.StartsWith('[') && rest.IndexOf(']') is var end and > 0)
            {
                installed = rest[1..end].ToString();
                rest = rest[(end + 1)..].TrimStart();
            }

            var close = rest.IndexOf(')');
            if (!IsGood(name) || !rest.StartsWith('(') || close < 0)
            {
                _problems.Add($"\"Inst {ParseProblems.Shown(line)}\" is not as apt-get writes it");
                return;
            }

            var told = rest[1..close];
            var candidate = Word(ref told).ToString();
            if (Bad(installed) is { } old)
                _problems.Add(old);
            else if (Bad(candidate) is { } next)
                _problems.Add(next);
            else
                _installs.Add(new SimulatedInstall(PackageName.Split(name).Name, ArchitectureIn(told), installed, candidate));
        }

        private void TakeRemoval(ReadOnlySpan<char> line)
        {
            var rest = line;
            var name = Word(ref rest);
            if (IsGood(name))
                _removals.Add(name.ToString());
            else
                _problems.Add($"\"Remv {ParseProblems.Shown(line)}\" is not as apt-get writes it");
        }

        // "1 upgraded, 2 newly installed, 1 downgraded, 0 to remove and 3 not upgraded."; it comes in front of the lines.
        private void Check(ReadOnlySpan<char> count)
        {
            long installs = 0, removals = 0, kept = 0;
            var parts = count.TrimEnd('.').ToString().Replace(" and ", ", ", StringComparison.Ordinal).AsSpan();
            foreach (var range in parts.Split(", "))
            {
                var part = parts[range];
                var blank = part.IndexOf(' ');
                if (blank < 0 || !int.TryParse(part[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    number = int.MinValue;
                switch (part[(blank + 1)..])
                {
                    case "upgraded" or "newly installed" or "downgraded" or "reinstalled":
                        installs += number;
                        break;
                    case "to remove":
                        removals += number;
                        break;
                    case "not upgraded":
                        kept += number;
                        break;
                    default:
                        _problems.Add($"\"{ParseProblems.Shown(count)}\" is no count as apt-get writes it");
                        break;
                }
            }

            Compare("packages to install", installs, _installs.Count);
            Compare("packages to remove", removals, _removals.Count);
            Compare("packages not upgraded", kept, _keptBack.Count + _phased.Count);
        }

        private void Compare(string what, long counted, int understood)
        {
            if (counted != understood)
                _problems.Add(string.Create(CultureInfo.InvariantCulture, $"apt-get counts {counted} {what}, and {understood} of its lines were understood"));
        }

        private static string? Bad(string? version) => version is null ? null : DebianVersion.ProblemOf(version);

        private static string ArchitectureIn(ReadOnlySpan<char> told)
        {
            var open = told.LastIndexOf('[');
            var close = told.LastIndexOf(']');
            var architecture = open >= 0 && close > open ? told[(open + 1)..close] : default;
            return PackageName.IsGoodArchitecture(architecture) ? architecture.ToString() : "all";
        }

        private static bool IsGood(ReadOnlySpan<char> name)
        {
            var colon = name.IndexOf(':');
            return colon < 0 ? PackageName.IsGood(name) : PackageName.IsGood(name[..colon]) && PackageName.IsGoodArchitecture(name[(colon + 1)..]);
        }

        private static ReadOnlySpan<char> Word(ref ReadOnlySpan<char> text)
        {
            text = text.TrimStart(' ');
            var end = text.IndexOf(' ');
            var word = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[end..].TrimStart(' ');
            return word;
        }
    }
}
