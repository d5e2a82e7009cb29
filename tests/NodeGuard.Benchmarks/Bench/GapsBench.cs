using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Output;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Benchmarks.Bench;

/// <summary>One flush under each defence, side by side, on each systemd: 252 and 257; with LAB_ALL=1 262 too.</summary>
internal static class GapsBench
{
    private const string Restoring = "NodeGuard, harden off";

    public static async Task<IReadOnlyList<GapRow>> RunAsync(Action<string> say)
    {
        var rows = new List<GapRow>();
        foreach (FlushRun run in LabSuite.Flushing.SelectMany(RunsOn))
        {
            say($"{run.Suite} (systemd {run.Suite.SystemdVersion}): {TitleOf(run)}");
            rows.Add(RowOf(await run.RunAsync()));
        }

        return rows;
    }

    public static Sheet SheetOf(IReadOnlyList<GapRow> rows) => new(
        "Flush of 250 rules + 250 routes (and, where told, one of each kind of the lab's matrix)",
        ["systemd", "defence", "deleted", "lost", "rules gone, ms (median / p99 / max)", "routes gone, ms", "probes lost, rule path", "probes lost, gateway path", "longest rule gap, x NodeGuard restoring"],
        [.. rows.Select(row => CellsOf(row, rows))],
        [
            "Goal with harden off: rules median 0.1, p99 0.5, max 2 ms; 0 probes lost. As it comes on 257 and 262: not one deletion.",
            "Rule path: a foreign rule, to a table whose route leaves by a link that networkd does not manage, as pods' traffic on EKS. That route is beside the 250, and is not deleted.",
            "Gateway path: a foreign rule and a foreign route, with a gateway on the link that networkd manages.",
            "The 60 s resync ran with a period of 6 s; its times are multiplied by 10, its probes are as counted.",
            "Gateway path on 252: it takes its own address away for 100 to 900 ms at every start, and the kernel then drops and refuses all IPv4 routes of that link (docs/adr/0006): gaps do not show that, these probes do.",
            "Addresses with a lifetime are what no option of networkd keeps; nexthops and what hangs on them what no option of 252 keeps.",
        ]);

    private static IEnumerable<FlushRun> RunsOn(LabSuite suite) =>
    [
        new(suite, new NoDefence(), Load.Usual),
        new(suite, new StartScript(), Load.Usual),
        new(suite, new DelayedResync(TimeSpan.FromMilliseconds(250)), Load.Usual),
        new(suite, new PeriodicResync(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(60)), Load.Usual),
        new(suite, new DropInsAlone(), Load.UsualAndAllKinds),
        new(suite, new NodeGuardDefence(Restoring, "off"), Load.Usual),
        new(suite, new NodeGuardDefence(Restoring, "off"), Load.Usual) { Saturated = true },
        new(suite, new NodeGuardDefence("NodeGuard, as it comes", "runtime"), Load.UsualAndAllKinds),
    ];

    private static string TitleOf(FlushRun run) =>
        run.Defence.Name + (run.Saturated ? ", all cores busy" : "") + (run.Load.AllKinds ? ", all kinds" : "");

    private static GapRow RowOf(FlushResult result) => new()
    {
        Systemd = result.Run.Suite.SystemdVersion,
        Defence = TitleOf(result.Run),
        Deleted = result.Trace.DeletedCount,
        DeletedOf = [.. result.Trace.Deleted.OrderBy(pair => pair.Key).Select(pair => new KindCount(Words.Of(pair.Key), pair.Value))],
        Lost = result.Missing.Count,
        LostObjects = result.Missing.Count <= 60 ? result.Missing : [.. result.Missing.Take(60), "..."],
        Rules = result.Trace.RuleGaps.Times(result.Run.Defence.Scale),
        Routes = result.Trace.RouteGaps.Times(result.Run.Defence.Scale),
        All = result.Trace.AllGaps.Times(result.Run.Defence.Scale),
        ProbesSent = result.Probes.RulePath.Sent,
        RulePathProbesLost = result.Probes.RulePath.Lost,
        GatewayPathProbesLost = result.Probes.GatewayPath.Lost,
        ListenerOverrun = result.Trace.Overrun,
    };

    private static string[] CellsOf(GapRow row, IReadOnlyList<GapRow> rows) =>
    [
        Words.Of(row.Systemd),
        row.Defence,
        row.DeletedOf.Count == 0 ? "0" : string.Join(", ", row.DeletedOf.Select(kind => $"{Words.Of(kind.Count)} {kind.Kind}")),
        Words.Of(row.Lost),
        Words.Of(row.Rules),
        Words.Of(row.Routes),
        Words.OutOf(row.RulePathProbesLost, row.ProbesSent),
        Words.OutOf(row.GatewayPathProbesLost, row.ProbesSent),
        Ratio(row, rows.FirstOrDefault(other => other.Systemd == row.Systemd && other.Defence == Restoring)),
    ];

    private static string Ratio(GapRow row, GapRow? restoring) => row switch
    {
        { Deleted: 0 } => "none gone",
        { Rules.Count: 0, Lost: > 0 } => "for ever",
        { Rules.Max: { } longest } when restoring?.Rules.Max is { } floor => Words.Times(longest / floor),
        _ => "-",
    };
}

internal sealed record KindCount(string Kind, int Count);

/// <summary>Gaps in milliseconds.</summary>
internal sealed record GapRow
{
    public required int Systemd { get; init; }

    public required string Defence { get; init; }

    public required int Deleted { get; init; }

    public required IReadOnlyList<KindCount> DeletedOf { get; init; }

    /// <summary>Lines of `ip` output that were gone in the end, those of objects that fell with others among them.</summary>
    public required int Lost { get; init; }

    public required IReadOnlyList<string> LostObjects { get; init; }

    public required Gaps Rules { get; init; }

    public required Gaps Routes { get; init; }

    public required Gaps All { get; init; }

    /// <summary>On each path.</summary>
    public required int ProbesSent { get; init; }

    public required int RulePathProbesLost { get; init; }

    public required int GatewayPathProbesLost { get; init; }

    /// <summary>The listener lost notifications: the gaps are not exact.</summary>
    public required bool ListenerOverrun { get; init; }
}
