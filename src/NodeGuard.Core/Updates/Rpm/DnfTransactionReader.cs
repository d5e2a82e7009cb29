using System.Globalization;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>
/// Reads the table of `dnf --assumeno upgrade` of dnf 4 and dnf 5 under LC_ALL=C. Neither has another form for it. Holds
/// invariant 11: what is not understood shows in dnf's own count.
/// </summary>
public static class DnfTransactionReader
{
    public static RpmTransaction Read(ReadOnlySpan<char> output) => new Pass().Read(output);

    private enum Section
    {
        None,
        Coming,
        Going,
        Skipped,
    }

    private sealed class Pass
    {
        private readonly List<RpmPackage> _coming = [];
        private readonly List<string> _going = [];
        private readonly List<RpmPackage> _skipped = [];
        private readonly ParseProblems _problems = new();
        // Of the rows, by the word that counts them in the summary.
        private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
        private readonly Dictionary<string, int> _counted = new(StringComparer.Ordinal);
        private Section _section;
        private string _word = "";
        private bool _summary;
        private bool _nothing;

        public RpmTransaction Read(ReadOnlySpan<char> output)
        {
            foreach (var line in output.EnumerateLines())
                Take(line);
            if (!_summary && !_nothing)
                _problems.Add("dnf's answer ends before its summary: it broke off");
            foreach (var word in _rows.Keys.Union(_counted.Keys).Where(word => _rows.GetValueOrDefault(word) != _counted.GetValueOrDefault(word)))
            {
                _problems.Add(string.Create(
                    CultureInfo.InvariantCulture, $"dnf counts {_counted.GetValueOrDefault(word)} packages to {word}, and {_rows.GetValueOrDefault(word)} of its lines were understood"));
            }

            return new RpmTransaction { Coming = _coming, Going = [.. _going.Distinct(StringComparer.Ordinal)], Skipped = _skipped, Problems = _problems.ToList() };
        }

        private void Take(ReadOnlySpan<char> line)
        {
            if (line.StartsWith("Transaction Summary"))
                (_summary, _section) = (true, Section.None);
            else if (line is "Nothing to do.")
                _nothing = true;
            else if (_summary)
                TakeCount(line.Trim());
            // "(add '--best --allowerasing' to command line to force their upgrade):" goes on with the header in front of it.
            else if (line.EndsWith(':') && !line.StartsWith(' ') && !line.StartsWith('('))
                Open(line[..^1]);
            else if (_section != Section.None && line.StartsWith(' '))
                TakeRow(line);
        }

        private void Open(ReadOnlySpan<char> header) => (_section, _word) = header switch
        {
            "Installing" or "Installing dependencies" or "Installing weak dependencies" or "Installing group/module packages" or "Installing group packages" => (Section.Coming, "install"),
            "Upgrading" or "Upgrading dependencies" => (Section.Coming, "upgrade"),
            "Downgrading" or "Downgrading dependencies" => (Section.Coming, "downgrade"),
            "Reinstalling" => (Section.None, ""),
            "Removing" or "Removing dependent packages" or "Removing unused dependencies" => (Section.Going, "remove"),
            _ when header.StartsWith("Skipping packages with ") => (Section.Skipped, "skip"),
            // Groups and modules; if it is packages after all, the count tells.
            _ => (Section.None, ""),
        };

        // " name architecture version repository size"; deeper: "replacing name.architecture version", in dnf 5 "replacing name architecture version …".
        private void TakeRow(ReadOnlySpan<char> line)
        {
            string[] words = line.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["replacing", var old, var next, ..])
            {
                _going.Add(words.Length == 3 && old.LastIndexOf('.') is var dot and > 0 ? old[..dot] : old);
                if (!PackageName.IsGood(_going[^1]))
                    _problems.Add($"\"{ParseProblems.Shown(next)}\" is replaced by a name that is none");
                return;
            }

            if (words is not [var name, var architecture, var evr, var repository, _, ..])
            {
                _problems.Add($"\"{ParseProblems.Shown(line)}\" is not a package as dnf writes it");
                return;
            }

            var version = evr.StartsWith("0:", StringComparison.Ordinal) ? evr[2..] : evr;
            if (RpmRowReader.Problem(name, architecture, version, repository) is { } problem)
            {
                _problems.Add(problem);
                return;
            }

            _rows[_word] = _rows.GetValueOrDefault(_word) + 1;
            var package = new RpmPackage(name, architecture, version, repository);
            if (_section == Section.Coming)
                _coming.Add(package);
            else if (_section == Section.Skipped)
                _skipped.Add(package);
            else
                _going.Add(name);
        }

        // "Upgrade  14 Packages", in dnf 5 "Upgrading:  14 packages".
        private void TakeCount(ReadOnlySpan<char> line)
        {
            var blank = line.IndexOf(' ');
            if (blank < 0 || Word(line[..blank]) is not { } word)
            {
                if (line.TrimEnd('s').EndsWith("ackage") && line is not ['R', 'e', ..])
                    _problems.Add($"\"{ParseProblems.Shown(line)}\" is no count as dnf writes it");
                return;
            }

            var rest = line[blank..].TrimStart();
            var end = rest.IndexOf(' ');
            if (end > 0 && int.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                _counted[word] = count;
            else
                _problems.Add($"\"{ParseProblems.Shown(line)}\" is no count as dnf writes it");
        }

        private static string? Word(ReadOnlySpan<char> text) => text switch
        {
            "Install" or "Installing:" => "install",
            "Upgrade" or "Upgrading:" => "upgrade",
            "Downgrade" or "Downgrading:" => "downgrade",
            "Remove" or "Removing:" => "remove",
            "Skip" or "Skipping:" => "skip",
            _ => null,
        };
    }
}
