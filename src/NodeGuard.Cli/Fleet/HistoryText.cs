using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Cli.Fleet;

/// <summary>Recycles that have ended, for people.</summary>
internal static class HistoryText
{
    public static void Write(CliConsole console, HistoryReport report, bool wide)
    {
        TextColumn[] columns = [new("NODE"), new("SUCCESSOR"), new("REASONS"), new("METHOD"), new("ASKED BY"), new("STARTED"), new("TOOK", RightAligned: true), new("OUTCOME")];
        var table = new TextTable(wide
            ? [.. columns, new("RECYCLE"), new("POLICY"), new("TRIES", RightAligned: true), new("NOTE"), new("MESSAGE", Flexible: true)]
            : [.. columns, new("MESSAGE", Flexible: true)]);
        foreach (RecycleReport recycle in report.Recycles)
        {
            TextCell[] cells =
            [
                recycle.Node, recycle.Successor, string.Join(',', recycle.Reasons), recycle.Method, recycle.RequestedBy,
                (recycle.StartedAt ?? recycle.RequestedAt) is { } at ? TimeText.Local(at, console.Time) : null, Took(recycle), new TextCell(recycle.Phase, Tone(recycle)),
            ];
            table.Add(wide
                ? [.. cells, recycle.Name, recycle.Policy, recycle.Attempts.ToString(System.Globalization.CultureInfo.InvariantCulture), recycle.Note, recycle.Message]
                : [.. cells, recycle.Message]);
        }

        table.Write(console);
    }

    public static IEnumerable<KeyValuePair<string, string>> Facts(HistoryReport report) => report.Recycles.Reverse().Select(static recycle => KeyValuePair.Create(
        $"node {recycle.Node} ({recycle.Name})",
        $"{recycle.Phase}{(Took(recycle) is { } took ? $" after {took}" : "")}, for {string.Join(",", recycle.Reasons)}{(recycle.Successor is { } successor ? $", now {successor}" : "")}: {recycle.Message}"));

    public static Tone Tone(RecycleReport recycle) => recycle.Phase switch
    {
        nameof(RecyclePhase.Succeeded) => Terminal.Tone.Good,
        nameof(RecyclePhase.Failed) => Terminal.Tone.Bad,
        _ => Terminal.Tone.Warning,
    };

    private static string? Took(RecycleReport recycle) => recycle.DurationSeconds is { } seconds ? TimeText.Duration(TimeSpan.FromSeconds(seconds)) : null;
}
