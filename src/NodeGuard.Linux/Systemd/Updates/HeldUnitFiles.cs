using NodeGuard.Core.Files;
using NodeGuard.Core.Updates;
using NodeGuard.Linux.Files;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Systemd.Updates;

/// <summary>The files of units that install updates: what is there, and what a plan makes of it.</summary>
public sealed class HeldUnitFiles(HostRoot root)
{
    // Left by a crash between writing and renaming.
    private static readonly string Staged = WholeFile.StagedBeside(HoldFile.Name);

    private readonly OwnFiles _files = new(root, IsDropInDirectory);

    /// <summary>Where unit files are, by precedence: of several of one name the first counts.</summary>
    private IReadOnlyList<string> Directories { get; } =
    [
        HoldFile.PersistentUnits, HoldFile.RuntimeUnits, "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        .. new FileInfo(root.Map("/lib")).LinkTarget is null ? ["/lib/systemd/system"] : Array.Empty<string>(),
    ];

    /// <summary>The units that these patterns name, existing or not where there is no *, and those with a drop-in of ours.</summary>
    /// <param name="patterns">Names of services, with * for any characters.</param>
    /// <param name="touched">Units that had a drop-in of ours a moment ago.</param>
    public IReadOnlyList<ObservedUnit> Find(IReadOnlyList<string> patterns, IEnumerable<string> touched)
    {
        SortedSet<string> gated = new(patterns.Where(static pattern => !GatedUnits.IsGlob(pattern)), StringComparer.Ordinal);
        string[] globs = [.. patterns.Where(GatedUnits.IsGlob)];
        SortedSet<string> ours = new(touched, StringComparer.Ordinal);
        foreach (string directory in Directories)
        {
            gated.UnionWith(Names(directory, ".service").Where(name => globs.Any(glob => GatedUnits.Matches(glob, name))));
            if (directory is HoldFile.PersistentUnits or HoldFile.RuntimeUnits)
                ours.UnionWith(Names(directory, ".service.d").Select(static name => name[..^2]).Where(unit => OursIn(directory, unit) is { IsOurs: true }));
        }

        return
        [
            .. gated.Select(unit => Read(unit, isGated: true)),
            .. ours.Except(gated).Select(unit => Read(unit, isGated: false)),
        ];
    }

    public IReadOnlyList<FileOutcome> Apply(HoldPlan plan) => _files.Apply(plan.Writes, plan.Removals);

    private ObservedUnit Read(string unit, bool isGated) => new()
    {
        Unit = unit,
        IsGated = isGated,
        File = FileOf(unit),
        DropIns = [.. DropIns(unit)],
    };

    private UnitFile FileOf(string unit)
    {
        foreach (string directory in Directories)
        {
            string path = $"{directory}/{unit}";
            switch (root.Read(path))
            {
                case FileText.Content:
                    return new UnitFile.Present(path);
                case FileText.Masked:
                    return new UnitFile.Masked(path);
                case FileText.Unreadable unreadable:
                    return new UnitFile.Unreadable(unreadable.Problem);
            }
        }

        return new UnitFile.Absent();
    }

    /// <summary>In the order in which systemd applies them: by file name, whichever directory they are in.</summary>
    private IEnumerable<ExistingFile> DropIns(string unit)
    {
        var paths = Directories
            .SelectMany(directory => Names($"{directory}/{unit}.d", ".conf").Select(name => (Name: name, Path: $"{directory}/{unit}.d/{name}")))
            .OrderBy(static file => file.Name, StringComparer.Ordinal);
        IEnumerable<ExistingFile> halfWritten = new[] { HoldFile.PersistentUnits, HoldFile.RuntimeUnits }
            .Where(directory => root.Exists($"{directory}/{unit}.d/{Staged}") && !root.Exists($"{directory}/{unit}.d/{HoldFile.Name}"))
            .Select(directory => new ExistingFile($"{directory}/{unit}.d/{HoldFile.Name}", OwnFile.Marker));
        return paths.Select(file => _files.Find(file.Path)).OfType<ExistingFile>().Concat(halfWritten);
    }

    private ExistingFile? OursIn(string directory, string unit) =>
        _files.Find($"{directory}/{unit}.d/{HoldFile.Name}")
        ?? (root.Exists($"{directory}/{unit}.d/{Staged}") ? new ExistingFile(HoldFile.Name, OwnFile.Marker) : null);

    private IReadOnlyList<string> Names(string directory, string ending)
    {
        try
        {
            return root.Names(directory, ending);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsDropInDirectory(string path) =>
        path.EndsWith(".service.d", StringComparison.Ordinal)
        && (path.StartsWith(HoldFile.PersistentUnits + "/", StringComparison.Ordinal) || path.StartsWith(HoldFile.RuntimeUnits + "/", StringComparison.Ordinal));
}
