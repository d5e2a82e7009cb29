using System.Globalization;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <summary>What the drill says before and after, for people.</summary>
internal static class DrillText
{
    private const int MostMissingShown = 20;

    public static void Announce(CliConsole console, IDrillHost host, GuardStatus? status)
    {
        console.WriteNote($"This restarts systemd-networkd.service on {PrintableText.Of(host.HostName)} now (RestartUnit over D-Bus, as a package update does).");
        if (status is null)
        {
            console.WriteNote($"No agent guards this host. networkd may delete for good what is foreign among: {CountsText.Of(host.Snapshot().Counts)}.");
            return;
        }

        console.WriteNote(status.Foreign.Total == 0
            ? "This host has no foreign object, so that networkd has nothing to delete."
            : $"networkd may delete the foreign objects of this host ({CountsText.Of(status.Foreign)}); the agent gives them back within milliseconds.");
        if (status.State is GuardState.Degraded)
            console.WriteNote($"The agent is degraded: {PrintableText.Of(string.Join("; ", status.Problems))}");
    }

    public static void Write(CliConsole console, DrillReport report, bool wide)
    {
        WriteCounts(console, report);
        console.WriteLine("");
        WriteGaps(console, report, wide);
        if (report.Missing.Count > 0)
            WriteMissing(console, report.Missing, wide);
        console.WriteNote(Verdict(report));
    }

    private static void WriteCounts(CliConsole console, DrillReport report)
    {
        var table = new TextTable(
            new TextColumn("KIND"), new TextColumn("BEFORE", RightAligned: true), new TextColumn("DELETED", RightAligned: true),
            new TextColumn("RETURNED", RightAligned: true), new TextColumn("MISSING", RightAligned: true));
        var missing = RoutingSnapshot.Count(report.Missing);
        foreach (var (kind, count) in new (string, Func<ObjectCounts, int>)[]
        {
            ("address", static counts => counts.Addresses),
            ("nexthop", static counts => counts.Nexthops),
            ("route", static counts => counts.Routes),
            ("rule", static counts => counts.Rules),
        })
        {
            table.Add(
                kind, Number(count(report.Before)), Number(count(report.Seen.Deleted)), Number(count(report.Seen.Returned)),
                new TextCell(Number(count(missing)), count(missing) > 0 ? Tone.Bad : Tone.Good));
        }

        table.Write(console);
    }

    private static void WriteGaps(CliConsole console, DrillReport report, bool wide)
    {
        var fields = new FieldList();
        if (report.Seen.AllGaps.Count == 0)
            fields.Add("Gaps", report.Seen.Deleted.Total == 0 ? "none: not one deletion was seen" : "none: nothing came back");
        else
            fields.Add("Gaps", Gaps(report.Seen.AllGaps));
        if (wide && report.Seen.RuleGaps.Count > 0)
            fields.Add("Gaps of rules", Gaps(report.Seen.RuleGaps));
        fields.Add("Agent's episode", report.Episode is { } episode
            ? $"{episode.Id}: {episode.Lost.Total} lost, {episode.Restored.Total} restored, longest gap {TimeText.Milliseconds(episode.LongestGapMilliseconds)}"
            : "none");
        if (report.Seen.Overrun)
            fields.Add("Listener", new TextCell("lost notifications: the figures above are a lower bound", Tone.Warning));
        fields.Write(console);
    }

    private static void WriteMissing(CliConsole console, IReadOnlyList<SnapshotObject> missing, bool wide)
    {
        console.WriteLine("");
        var table = new TextTable(new TextColumn("KIND"), new TextColumn("MISSING OBJECT", Flexible: true));
        foreach (var item in missing.Take(wide ? missing.Count : MostMissingShown))
            table.Add(item.Kind.ToString().ToLowerInvariant(), item.Text);
        table.Write(console);
        if (!wide && missing.Count > MostMissingShown)
            console.WriteLine($"and {missing.Count - MostMissingShown} more; -o wide shows all");
    }

    private static string Verdict(DrillReport report) => report switch
    {
        { Settled: false } => "networkd or the agent was still busy when the time was up: see nodeguard routes diff later.",
        { Missing.Count: > 0 } => $"{report.Missing.Count} objects are missing.",
        _ => "Everything is where it was.",
    };

    private static string Gaps(GapStatistics gaps) => string.Create(
        CultureInfo.InvariantCulture,
        $"median {TimeText.Milliseconds(gaps.MedianMilliseconds ?? 0)}, p99 {TimeText.Milliseconds(gaps.P99Milliseconds ?? 0)}, longest {TimeText.Milliseconds(gaps.LongestMilliseconds ?? 0)} ({gaps.Count} objects)");

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
