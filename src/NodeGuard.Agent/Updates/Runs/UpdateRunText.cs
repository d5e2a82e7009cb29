using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Agent.Updates.Runs;

/// <summary>What a person reads of a run: one sentence for each event.</summary>
internal static class UpdateRunText
{
    public const string Begun = "the host's package tool is about to be started";

    public static string Nothing(UpdateWish wish) => wish switch
    {
        { Repair: true, Exactly.Count: 0 } => "the package manager is whole, and there is nothing to repair",
        { Exactly: null } => "nothing is pending",
        _ => "all that was asked for is installed",
    };

    /// <param name="absent">What was asked for, "name:architecture" and version; at least one.</param>
    /// <param name="offered">What is pending instead.</param>
    /// <param name="installed">What there is, by "name:architecture".</param>
    public static string Absent(IReadOnlyList<(string Name, string Version)> absent, IReadOnlyList<PendingPackage> offered, Dictionary<string, string> installed)
    {
        const int Shown = 3;
        string[] told = [.. absent.Take(Shown).Select(asked => $"{asked.Name} {asked.Version}, {Instead(asked.Name, offered, installed)}")];
        string more = absent.Count > Shown ? $"; and {absent.Count - Shown} more" : string.Empty;
        return $"nothing was installed: asked for was {string.Join("; ", told)}{more}. Ask for what is pending now";
    }

    /// <param name="run">As it is after the event.</param>
    /// <param name="happened">The event.</param>
    /// <param name="unit">How the tool's unit stands.</param>
    /// <param name="seen">The look that showed it.</param>
    /// <param name="packages">dpkg's database after the tool; null when it is not known.</param>
    public static string Of(UpdateRun run, UpdateRunEvent happened, string unit, UpdateRunObservation seen, DpkgStatus? packages) => happened switch
    {
        UpdateRunEvent.Started when run.Repairs => "dpkg ends what it has begun",
        UpdateRunEvent.Started => $"{Packages(run.Wanted.Count)} are being updated",
        UpdateRunEvent.TooLate => $"not started before its deadline {run.Deadline.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {run.Message}",
        UpdateRunEvent.EndedWell when run.Repairs => "dpkg is whole again; the host has to prove itself",
        UpdateRunEvent.EndedWell => $"{Changed(run)}; the host has to prove itself",
        UpdateRunEvent.EndedIll => $"{unit}; {Changed(run)}, {State(packages)}",
        UpdateRunEvent.HostWentDown => $"the host went down while the update was at work, and how it would have ended is not known; {Changed(run)}, {State(packages)}",
        UpdateRunEvent.LostSight => $"{unit} any more, and how the update ended is not known; {Changed(run)}, {State(packages)}",
        UpdateRunEvent.Well when run.Repairs => $"dpkg is whole again; {Changed(run)}",
        UpdateRunEvent.Well => Changed(run),
        UpdateRunEvent.StaysIll => $"{Changed(run)}, and within {UpdateRunEvents.Settling.TotalMinutes:0} min the host did not become what it was: {string.Join("; ", seen.Lacking ?? ["how it is could not be found out"])}",
        _ => run.Message,
    };

    private static string Instead(string name, IReadOnlyList<PendingPackage> offered, Dictionary<string, string> installed)
    {
        string has = installed.TryGetValue(name, out string? version) ? $"this host has {version}" : "this host does not have it";
        return offered.FirstOrDefault(package => $"{package.Name}:{package.Architecture}" == name) switch
        {
            { KeptBack: KeptBackReason.None } pending => $"{has}, and {pending.Candidate} is pending",
            { } kept => $"{has}, and {kept.Candidate} is kept back ({kept.KeptBack})",
            null => $"{has}, and nothing newer is pending",
        };
    }

    private static string Changed(UpdateRun run) => run.Changes is { } changes ? $"{Packages(changes.Count)} changed" : "which packages changed is not known";

    private static string State(DpkgStatus? packages)
    {
        if (packages is null)
            return "and how dpkg is, is not known: dpkg --audit";
        InstalledPackage[] half = [.. packages.Packages.Where(static package => package.IsHalfDone)];
        if (half.Length == 0)
            return "dpkg is whole";
        // What was never unpacked whole cannot be configured.
        string mend = Array.Find(half, static package => package.NeedsReinstall || package.State == PackageState.HalfInstalled) is { } torn
            ? $"apt-get install --reinstall {torn.Name}"
            : "dpkg --configure -a";
        return $"and dpkg broke off in the middle of {string.Join(", ", half.Take(3).Select(static package => package.Name))}{(half.Length > 3 ? $" and {half.Length - 3} more" : "")}: {mend}";
    }

    private static string Packages(int count) => count == 1 ? "1 package" : $"{count} packages";
}
