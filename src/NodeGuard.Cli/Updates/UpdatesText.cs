using NodeGuard.Agent.Control;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;

namespace NodeGuard.Cli.Updates;

/// <summary>Units that install updates, and what became of their files, for people.</summary>
internal static class UpdatesText
{
    public static void WriteUnits(CliConsole console, IReadOnlyList<UpdateUnit> units, bool wide)
    {
        TextColumn[] columns = [new("UNIT"), new("STATE"), new("NEXT RUN"), new("LAST RUN"), new("RESULT")];
        var table = new TextTable(wide ? [.. columns, new("TIMER"), new("FOREIGN DROP-INS"), new("WHY", Flexible: true)] : columns);
        foreach (var unit in units.Where(unit => wide || unit.State is not HoldState.Absent))
        {
            TextCell[] cells =
            [
                unit.Unit, State(unit.State),
                unit.NextRun is { } next ? TimeText.Local(next, console.Time) : null,
                unit.LastRun is { } run ? TimeText.Local(run.StartedAt, console.Time) : null,
                Result(unit),
            ];
            table.Add(wide
                ? [.. cells, unit.Timer is null ? null : $"{unit.Timer} ({unit.TimerState})", string.Join(", ", unit.ForeignDropIns), unit.Reason]
                : cells);
        }

        table.Write(console);
    }

    public static void WriteFiles(CliConsole console, IReadOnlyList<HardenedFile> files)
    {
        if (files.Count == 0)
            return;
        var table = new TextTable(new TextColumn("CHANGE"), new TextColumn("FILE"), new TextColumn("WHY", Flexible: true));
        foreach (var (path, change, why) in files)
            table.Add(Word(change), path, why);
        table.Write(console);
    }

    /// <summary>What installs or restarts besides the units: those that this host has, with all that is to say of each.</summary>
    public static void WriteWays(CliConsole console, IReadOnlyList<WayVerdict> ways, bool wide)
    {
        WayVerdict[] shown = [.. ways.Where(way => wide || way.State is not HoldState.Absent)];
        if (shown.Length == 0)
            return;
        console.WriteLine("");
        var table = new TextTable(new TextColumn("OTHER WAY"), new TextColumn("STATE"), new TextColumn("WHY", Flexible: true));
        foreach (WayVerdict way in shown)
            table.Add(WayText.NameOf(way.Way), State(way.State), way.Reason);
        table.Write(console);
    }

    /// <summary>What a person should look at.</summary>
    public static void WriteReasons(CliConsole console, IEnumerable<UpdateUnit> units, IEnumerable<WayVerdict> ways)
    {
        foreach (var way in ways.Where(static way => way.State is HoldState.Unknown or HoldState.ForeignDropIn or HoldState.Waiting))
            console.WriteNote($"{WayText.NameOf(way.Way)}: {way.Reason}.");
        foreach (var unit in units.Where(static unit => unit.State is HoldState.Unknown or HoldState.ForeignDropIn or HoldState.Masked or HoldState.Running or HoldState.Waiting))
            console.WriteNote($"{unit.Unit}: {unit.Reason}.");
    }

    private static string? Result(UpdateUnit unit) => unit switch
    {
        { LastRun: { EndedAt: null } } => "runs",
        { LastRun: { Result: "success" } run, SkippedAt: var skipped } when !(skipped > run.StartedAt) => "success",
        { LastRun: { } run, SkippedAt: var skipped } when !(skipped > run.StartedAt) => $"{run.Result} ({run.ExitStatus})",
        { SkippedAt: not null } => "last start held back",
        _ => null,
    };

    private static TextCell State(HoldState state) => state switch
    {
        HoldState.Held => new TextCell("held", Tone.Good),
        HoldState.WouldHold => "would be held",
        HoldState.Free => "free",
        HoldState.Waiting => new TextCell("waiting", Tone.Warning),
        HoldState.Masked => "masked",
        HoldState.ForeignDropIn => new TextCell("not held", Tone.Bad),
        HoldState.Running => new TextCell("running", Tone.Warning),
        HoldState.Absent => "absent",
        _ => new TextCell("unknown", Tone.Bad),
    };

    private static TextCell Word(HardenChange change) => change switch
    {
        HardenChange.WouldWrite => "would write",
        HardenChange.WouldRemove => "would remove",
        HardenChange.Written => new TextCell("written", Tone.Good),
        HardenChange.Removed => new TextCell("removed", Tone.Good),
        _ => new TextCell("refused", Tone.Bad),
    };
}
