using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Output;
using Spectre.Console;

namespace NodeGuard.Benchmarks.Demo;

/// <summary>One run of the demo as far as it has come.</summary>
internal sealed class DemoRow(string name)
{
    public string Name { get; } = name;

    public FlushProgress? Progress { get; set; }

    public FlushResult? Result { get; set; }
}

internal static class DemoTable
{
    public static Table Of(IEnumerable<DemoRow> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("", "", "deleted", "back", "lost", "rules gone, ms\nmedian / p99 / max", "routes gone, ms\nmedian / p99 / max", "probes lost");
        foreach (int number in new[] { 2, 3, 4, 5, 6, 7 })
        {
            table.Columns[number].RightAligned();
        }

        foreach (DemoRow row in rows)
        {
            table.AddRow(row.Result is { } result ? Ended(row, result) : Running(row));
        }

        return table;
    }

    public static string Sentence(FlushResult result) =>
        $"{result.Run.Defence.Name}: {Words.Of(result.Trace.DeletedCount)} deleted, "
        + $"{Words.Of(result.Trace.DeletedCount - result.Trace.LostCount)} back, {Words.Of(result.Missing.Count)} lost; "
        + $"rules gone {Words.Of(result.Trace.RuleGaps)} ms, routes gone {Words.Of(result.Trace.RouteGaps)} ms (median / p99 / max); "
        + $"probes lost {Words.OutOf(result.Probes.Lost, result.Probes.Sent)}, at most {result.Probes.LongestOutage} in a row";

    private static string[] Ended(DemoRow row, FlushResult result) =>
    [
        row.Name,
        result.Missing.Count == 0 ? "[green]intact[/]" : "[red]damaged[/]",
        Words.Of(result.Trace.DeletedCount),
        Words.Of(result.Trace.DeletedCount - result.Trace.LostCount),
        result.Missing.Count == 0 ? "0" : $"[red]{Words.Of(result.Missing.Count)}[/]",
        Words.Of(result.Trace.RuleGaps),
        Words.Of(result.Trace.RouteGaps),
        $"{(result.Probes.Lost == 0 ? "0" : $"[red]{Words.Of(result.Probes.Lost)}[/]")} of {Words.Of(result.Probes.Sent)}",
    ];

    private static string[] Running(DemoRow row) => row.Progress is not { } now
        ? [row.Name, "", "", "", "", "", "", ""]
        :
        [
            row.Name, $"[yellow]{now.Step}[/]", Words.Of(now.Deleted), Words.Of(Math.Min(now.Created, now.Deleted)), "", "", "",
            $"{Words.Of(Math.Max(now.Sent - now.Received, 0))} of {Words.Of(now.Sent)}",
        ];
}
