using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Cli.Output;

/// <summary>What is pending, for a terminal.</summary>
internal static class PendingText
{
    private const int ServicesShown = 5;

    public static void Write(CliConsole console, PendingStatus status, bool wide)
    {
        if (status.Updates.Packages is { Count: > 0 } packages)
        {
            WritePackages(console, packages, wide);
            console.WriteLine("");
        }

        var fields = new FieldList();
        fields.Add("Packages", Summary(status.Updates));
        fields.Add("Hazard", HazardCell(status.Hazard));
        fields.Add("Reboot", Reboot(status.Reboot));
        if (status.StaleServices is null)
            fields.Add("Old code runs in", new TextCell("unknown: the agent may not read the host's /proc", Tone.Warning));
        else if (status.StaleServices is { Count: > 0 } stale)
            fields.Add("Old code runs in", new TextCell(Services(stale), Tone.Warning));
        if (status.Updates.Interrupted is { } interrupted)
            fields.Add("Broken off", new TextCell(interrupted, Tone.Bad));
        fields.Add("Lists from", status.Updates.ListsFrom is { } from ? $"{TimeText.Local(from, console.Time)} ({TimeText.Age(from, console.Time)})" : "unknown");
        fields.Add("Looked", $"{TimeText.Local(status.LookedAt, console.Time)} ({TimeText.Age(status.LookedAt, console.Time)})");
        for (var i = 0; i < status.Updates.Problems.Count; i++)
            fields.Add(i == 0 ? "Problems" : "", new TextCell(status.Updates.Problems[i], Tone.Warning));
        fields.Write(console);
    }

    /// <summary>One line, for `nodeguard status`.</summary>
    public static TextCell HazardCell(Hazard hazard) => new(
        hazard.State switch
        {
            HazardState.Hazard => hazard.Reason,
            HazardState.None => $"none: {hazard.Reason}",
            _ => $"unknown: {hazard.Reason}",
        },
        hazard.State switch
        {
            HazardState.Hazard => Tone.Bad,
            HazardState.None => Tone.Good,
            _ => Tone.Warning,
        });

    private static void WritePackages(CliConsole console, IReadOnlyList<PendingPackage> packages, bool wide)
    {
        TextColumn[] columns = [new("PACKAGE"), new("INSTALLED"), new("NEW"), new("ORIGIN", Flexible: true), new("SECURITY"), new("KEPT BACK")];
        var table = new TextTable(wide ? [.. columns, new("UNATTENDED"), new("WHY", Flexible: true)] : columns);
        foreach (var package in packages)
        {
            TextCell[] cells =
            [
                package.Name, package.Installed, package.Candidate, string.Join(", ", package.Origins),
                package.Security ? new TextCell("yes", Tone.Warning) : "no", KeptBack(package),
            ];
            table.Add(wide ? [.. cells, package.Unattended switch { true => "yes", false => "no", null => "" }, package.Why] : cells);
        }

        table.Write(console);
    }

    private static string KeptBack(PendingPackage package) => package.KeptBack switch
    {
        KeptBackReason.None => package.Downgrade ? "downgrade" : "",
        KeptBackReason.Held => "held",
        KeptBackReason.Pinned => "pinned",
        KeptBackReason.Phased when package.PhasedPercentage is { } percentage => string.Create(CultureInfo.InvariantCulture, $"phased {percentage} %"),
        KeptBackReason.Phased => "phased",
        KeptBackReason.NeedsChanges => "needs dist-upgrade",
        _ => "blocked",
    };

    private static TextCell Summary(PendingUpdates updates)
    {
        if (updates.Packages is not { } packages)
            return new TextCell("unknown", Tone.Warning);
        var upgrades = packages.Where(static package => package is { KeptBack: KeptBackReason.None, Installed: not null }).ToList();
        var added = packages.Count(static package => package is { KeptBack: KeptBackReason.None, Installed: null });
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{upgrades.Count} to upgrade ({upgrades.Count(static package => package.Security)} security), {added} new, {packages.Count - upgrades.Count - added} kept back");
    }

    private static TextCell Reboot(RebootNeed need) => need.Required switch
    {
        true => new TextCell("required: " + string.Join("; ", need.Reasons), Tone.Warning),
        false => "not required",
        null => new TextCell("unknown: " + string.Join("; ", need.Reasons), Tone.Warning),
    };

    private static string Services(IReadOnlyList<StaleService> stale)
    {
        var names = string.Join(", ", stale.Take(ServicesShown).Select(static service => service.Unit));
        return stale.Count > ServicesShown ? string.Create(CultureInfo.InvariantCulture, $"{names} and {stale.Count - ServicesShown} more") : names;
    }
}
