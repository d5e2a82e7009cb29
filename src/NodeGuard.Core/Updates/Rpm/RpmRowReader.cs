using System.Buffers;
using System.Globalization;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>Reads the rows that rpm and dnf are asked for by a format of ours: "pkg|name|epoch|version|release|architecture[|repository]".</summary>
public static class RpmRowReader
{
    /// <summary>For `rpm --qf`.</summary>
    public const string InstalledFormat = @"pkg|%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{ARCH}\n";

    /// <summary>For `rpm --qf`: also what each provides.</summary>
    public const string ProvidingFormat = InstalledFormat + @"[provide|%{PROVIDENAME}|%{PROVIDEVERSION}\n]";

    /// <summary>For `dnf repoquery --qf`, of dnf 4 and 5.</summary>
    public const string OfferedFormat = @"pkg|%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{repoid}\n";

    /// <summary>The largest distributions have 70,000 packages.</summary>
    public const int MaxPackages = 200_000;

    // rpm's name for keys that sign packages, kept as if they were packages.
    private const string Key = "gpg-pubkey";
    private const int MaxRepository = 200;

    private static readonly SearchValues<char> ReleaseSigns = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+~^-:");

    /// <summary>`rpm -qa`. Nothing at all is no answer: without a package there is no host.</summary>
    public static RpmPackages ReadInstalled(ReadOnlySpan<char> output)
    {
        var (packages, problems) = Read(output, 6);
        if (packages.Count == 0 && !problems.Any)
            problems.Add("rpm names no installed package at all: its database is not where it looks, or is empty");
        return new RpmPackages(packages, problems.ToList());
    }

    /// <summary>`dnf repoquery`. What is no row of ours is told: dnf was asked to be quiet.</summary>
    public static RpmPackages ReadOffered(ReadOnlySpan<char> output)
    {
        var (packages, problems) = Read(output, 7);
        return new RpmPackages(packages, problems.ToList());
    }

    /// <summary>`rpm -q --whatprovides …`, which tells a package once for each that it provides.</summary>
    public static RpmSeveral ReadSeveral(ReadOnlySpan<char> output)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var kernels = new List<string>();
        var problems = new ParseProblems();
        foreach (var line in output.EnumerateLines())
        {
            if (line.IsEmpty || line.StartsWith("no package provides ", StringComparison.Ordinal))
                continue;
            if (line.StartsWith("provide|", StringComparison.Ordinal))
            {
                if (line.StartsWith("provide|kernel-uname-r|", StringComparison.Ordinal))
                    TakeKernel(line["provide|kernel-uname-r|".Length..], kernels, problems);
            }
            else if (Row(line, 6, problems) is { } package && names.Count < MaxPackages)
            {
                names.Add(package.Name);
            }
        }

        return new RpmSeveral(names, [.. kernels.Distinct(StringComparer.Ordinal)], problems.ToList());
    }

    private static void TakeKernel(ReadOnlySpan<char> release, List<string> kernels, ParseProblems problems)
    {
        if (release.Length is > 0 and <= 200 && release.IndexOfAnyExcept(ReleaseSigns) < 0)
            kernels.Add(release.ToString());
        else
            problems.Add($"\"{ParseProblems.Shown(release)}\" is no release of a kernel");
    }

    private static (List<RpmPackage> Packages, ParseProblems Problems) Read(ReadOnlySpan<char> output, int columns)
    {
        var packages = new List<RpmPackage>();
        var problems = new ParseProblems();
        if (!output.IsEmpty && output[^1] != '\n')
            problems.Add("the answer ends in the middle of a line: it broke off");
        foreach (var line in output.EnumerateLines())
        {
            if (line.IsEmpty || line.StartsWith("pkg|" + Key + "|", StringComparison.Ordinal))
                continue;
            if (packages.Count == MaxPackages)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"more than {MaxPackages} packages; the rest was not read"));
                break;
            }

            if (Row(line, columns, problems) is { } package)
                packages.Add(package);
        }

        return (packages, problems);
    }

    private static RpmPackage? Row(ReadOnlySpan<char> line, int columns, ParseProblems problems)
    {
        Span<Range> parts = stackalloc Range[8];
        if (line.Split(parts, '|') != columns || line[parts[0]] is not "pkg")
        {
            problems.Add($"\"{ParseProblems.Shown(line)}\" is not a package as it was asked for");
            return null;
        }

        var version = RpmVersion.Of(line[parts[2]].ToString(), line[parts[3]].ToString(), line[parts[4]].ToString());
        var repository = columns == 7 ? line[parts[6]] : default;
        if (Problem(line[parts[1]], line[parts[5]], version, repository) is { } problem)
        {
            problems.Add(problem);
            return null;
        }

        return new RpmPackage(line[parts[1]].ToString(), line[parts[5]].ToString(), version, columns == 7 ? repository.ToString() : null);
    }

    /// <summary>What is wrong with one of them; null when nothing is.</summary>
    internal static string? Problem(ReadOnlySpan<char> name, ReadOnlySpan<char> architecture, ReadOnlySpan<char> version, ReadOnlySpan<char> repository) =>
        !PackageName.IsGood(name) ? $"\"{ParseProblems.Shown(name)}\" is no name of a package"
        : !PackageName.IsGoodArchitecture(architecture) ? $"\"{ParseProblems.Shown(architecture)}\" is no architecture"
        : repository.Length > MaxRepository || repository.ContainsAnyInRange('\0', ' ') ? $"\"{ParseProblems.Shown(repository)}\" is no id of a repository"
        : RpmVersion.ProblemOf(version);
}
