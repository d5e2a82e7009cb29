using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Benchmarks.Output;
using Spectre.Console;

namespace NodeGuard.Benchmarks.Demo;

/// <summary>One run of the demo as far as it has come.</summary>
internal sealed class DemoRun(string name)
{
    public string Name { get; } = name;

    public FlushProgress? Progress { get; set; }

    public FlushResult? Result { get; set; }
}

/// <summary>A column for each run: a row for each would need 130 characters, and terminals have 80.</summary>
internal static class DemoTable
{
    private static readonly string[] Labels =
    [
        "", "deleted", "back", "lost", "rules gone, ms", "routes gone, ms", "probes lost,\nrule path", "probes lost,\ngateway path",
    ];

    public static Table Of(IReadOnlyList<DemoRun> runs)
    {
        Table table = new Table().Border(TableBorder.Rounded).Caption("ms: median / p99 / max");
        table.AddColumn("");
        foreach (DemoRun run in runs)
        {
            table.AddColumn(new TableColumn(run.Name.Replace(", ", ",\n", StringComparison.Ordinal)).RightAligned());
        }

        string[][] cells = [.. runs.Select(run => run.Result is { } result ? Ended(result) : Running(run.Progress))];
        for (int i = 0; i < Labels.Length; i++)
        {
            table.AddRow([Labels[i], .. cells.Select(column => column[i])]);
        }

        return table;
    }

    public static string Sentence(FlushResult result) =>
        $"{result.Run.Defence.Name}: {Words.Of(result.Trace.DeletedCount)} deleted, "
        + $"{Words.Of(result.Trace.DeletedCount - result.Trace.LostCount)} back, {Words.Of(result.Missing.Count)} lost; "
        + $"rules gone {Words.Of(result.Trace.RuleGaps)} ms, routes gone {Words.Of(result.Trace.RouteGaps)} ms (median / p99 / max); "
        + $"probes lost on the rule path {Spoken(result.Probes.RulePath)}, on the gateway path {Spoken(result.Probes.GatewayPath)}";

    private static string Spoken(ProbeResult probes) =>
        $"{Words.OutOf(probes.Lost, probes.Sent)}, at most {Words.Of(probes.LongestOutage)} in a row";

    private static string[] Ended(FlushResult result) =>
    [
        result.Missing.Count == 0 ? "[green]intact[/]" : "[red]damaged[/]",
        Words.Of(result.Trace.DeletedCount),
        Words.Of(result.Trace.DeletedCount - result.Trace.LostCount),
        Red(result.Missing.Count),
        Words.Of(result.Trace.RuleGaps),
        Words.Of(result.Trace.RouteGaps),
        Coloured(result.Probes.RulePath),
        Coloured(result.Probes.GatewayPath),
    ];

    private static string Coloured(ProbeResult probes) => $"{Red(probes.Lost)} of {Words.Of(probes.Sent)}";

    private static string Red(int lost) => lost == 0 ? "0" : $"[red]{Words.Of(lost)}[/]";

    private static string[] Running(FlushProgress? progress) => progress is not { } now
        ? [.. Labels.Select(_ => "")]
        :
        [
            $"[yellow]{now.Step}[/]", Words.Of(now.Deleted), Words.Of(Math.Min(now.Created, now.Deleted)), "", "", "",
            SoFar(now.Probes.RulePath, now.Probes.Sent), SoFar(now.Probes.GatewayPath, now.Probes.Sent),
        ];

    private static string SoFar(int received, int sent) => Words.OutOf(Math.Max(sent - received, 0), sent);
}
