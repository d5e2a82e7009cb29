using System.Globalization;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Reports;

namespace NodeGuard.Cli.Drills;

/// <summary>The sandbox's two passes side by side.</summary>
internal static class SandboxText
{
    public static void Write(CliConsole console, SandboxReport report)
    {
        var table = new TextTable(
            new TextColumn("PASS"), new TextColumn("OBJECTS", RightAligned: true), new TextColumn("DELETED", RightAligned: true),
            new TextColumn("RETURNED", RightAligned: true), new TextColumn("MISSING", RightAligned: true),
            new TextColumn("GAP MEDIAN", RightAligned: true), new TextColumn("GAP P99", RightAligned: true),
            new TextColumn("GAP LONGEST", RightAligned: true));
        foreach (var pass in report.Passes)
        {
            table.Add(
                pass.Guarded ? "guarded" : "unguarded", Number(pass.Before), Number(pass.Seen.Deleted), Number(pass.Seen.Returned),
                new TextCell(Number(pass.Missing), pass.Missing.Total > 0 ? Tone.Bad : Tone.Good),
                Gap(pass.Seen.AllGaps.MedianMilliseconds), Gap(pass.Seen.AllGaps.P99Milliseconds), Gap(pass.Seen.AllGaps.LongestMilliseconds));
        }

        table.Write(console);
        if (report.Passes.Any(static pass => pass.Seen.Overrun))
            console.WriteNote("The listener lost notifications: deletions and gaps are a lower bound.");
        console.WriteNote(report.Passed
            ? "Without the guard the flush took everything; with it everything came back."
            : "This is not how it should be: see the table.");
    }

    private static string Number(ObjectCounts counts) => counts.Total.ToString(CultureInfo.InvariantCulture);

    private static string? Gap(double? milliseconds) => milliseconds is { } value ? TimeText.Milliseconds(value) : null;
}
