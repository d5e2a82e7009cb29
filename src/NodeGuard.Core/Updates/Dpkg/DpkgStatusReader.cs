using System.Globalization;
using System.Text;

namespace NodeGuard.Core.Updates.Dpkg;

/// <summary>
/// Reads the format of /var/lib/dpkg/status, of the files in status.d, and of dpkg-query when it is asked for it. What is
/// torn or absurd is told, and what can be read is kept.
/// </summary>
public static class DpkgStatusReader
{
    /// <summary>The largest distributions have 70,000 packages.</summary>
    public const int MaxPackages = 200_000;

    private const int MaxValue = 1024;

    /// <param name="content">UTF-8.</param>
    /// <param name="assumeInstalled">For status.d of images without dpkg, whose entries have no Status.</param>
    public static DpkgStatus Read(ReadOnlySpan<byte> content, bool assumeInstalled = false)
    {
        var packages = new List<InstalledPackage>();
        var problems = new ParseProblems();
        var stanza = new Stanza(assumeInstalled ? "install ok installed" : null);
        var line = 0;
        while (!content.IsEmpty && packages.Count < MaxPackages)
        {
            line++;
            var end = content.IndexOf((byte)'\n');
            var current = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            if (end < 0)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"line {line}: the file ends in the middle of a line: it is torn"));
            if (current.TrimEnd((byte)'\r').IsEmpty)
                stanza.End(packages, problems);
            else
                stanza.Take(current, line);
        }

        stanza.End(packages, problems);
        if (!content.IsEmpty)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"more than {MaxPackages} packages; the rest was not read"));
        return new DpkgStatus(packages, problems.ToList());
    }

    /// <summary>The fields of one package that are wanted.</summary>
    private sealed class Stanza(string? defaultStatus)
    {
        private int _line;
        private string? _name;
        private string? _architecture;
        private string? _version;
        private string? _status;

        public void Take(ReadOnlySpan<byte> field, int line)
        {
            if (_line == 0)
                _line = line;
            // Continuation lines belong to long fields, none of which is wanted.
            if (field[0] is (byte)' ' or (byte)'\t')
                return;
            if (ValueOf(field, "Package:"u8) is { } name)
                _name = name;
            else if (ValueOf(field, "Architecture:"u8) is { } architecture)
                _architecture = architecture;
            else if (ValueOf(field, "Version:"u8) is { } version)
                _version = version;
            else if (ValueOf(field, "Status:"u8) is { } status)
                _status = status;
        }

        public void End(List<InstalledPackage> packages, ParseProblems problems)
        {
            if (_line == 0)
                return;
            if (Problem() is { } problem)
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"the entry at line {_line}: {problem}"));
            else if (_version is { Length: > 0 } version && DpkgWords.Read(StatusText!) is { } words)
                packages.Add(new InstalledPackage(_name!, _architecture ?? "all", version) { Wish = words.Wish, State = words.State, NeedsReinstall = words.NeedsReinstall });
            _line = 0;
            _name = _architecture = _version = _status = null;
        }

        private string? StatusText => _status ?? defaultStatus;

        private string? Problem()
        {
            if (_name is null)
                return "it names no package";
            if (!PackageName.IsGood(_name))
                return $"\"{ParseProblems.Shown(_name)}\" is no name of a package";
            if (_architecture is not null && !PackageName.IsGoodArchitecture(_architecture))
                return $"\"{ParseProblems.Shown(_architecture)}\" is no architecture";
            if (StatusText is not { } status)
                return $"{_name} has no Status: the entry is torn";
            if (DpkgWords.Read(status) is not { } words)
                return $"\"{ParseProblems.Shown(status)}\" is no status of {_name}; wanted three words such as \"install ok installed\"";
            if (_version is { Length: > 0 })
                return DebianVersion.ProblemOf(_version);
            // Known by name only, for example after a selection.
            return words.State is PackageState.NotInstalled or PackageState.ConfigFiles ? null : $"{_name} has no Version: the entry is torn";
        }

        private static string? ValueOf(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name)
        {
            if (field.Length < name.Length || !Ascii.EqualsIgnoreCase(field[..name.Length], name))
                return null;
            var value = field[name.Length..].Trim(" \t\r"u8);
            return Encoding.UTF8.GetString(value[..Math.Min(value.Length, MaxValue)]);
        }
    }
}
