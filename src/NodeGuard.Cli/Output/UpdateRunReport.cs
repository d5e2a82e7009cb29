using System.Globalization;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Cli.Output;

/// <summary>Updates of this host, for a terminal.</summary>
internal static class UpdateRunReport
{
    public static void WriteList(CliConsole console, IReadOnlyList<UpdateRun> runs)
    {
        if (runs.Count == 0)
        {
            console.WriteNote("NodeGuard has run no update on this host.");
            return;
        }

        var table = new TextTable(new TextColumn("ID"), new TextColumn("BEGUN"), new TextColumn("BY"), new TextColumn("SCOPE"), new TextColumn("PHASE"), new TextColumn("CHANGED"), new TextColumn("MESSAGE", Flexible: true));
        foreach (var run in runs)
        {
            table.Add(
                run.Id, TimeText.Local(run.BegunAt, console.Time), run.By, Scope(run), Phase(run),
                run.Changes is { } changes ? changes.Count.ToString(CultureInfo.InvariantCulture) : "unknown", run.Message);
        }

        table.Write(console);
    }

    public static void Write(CliConsole console, UpdateRun run)
    {
        if (run.Changes is { Count: > 0 } changes)
        {
            var table = new TextTable(new TextColumn("PACKAGE"), new TextColumn("FROM"), new TextColumn("TO"));
            foreach (var change in changes)
                table.Add($"{change.Name}:{change.Architecture}", change.From ?? "", change.To ?? "removed");
            table.Write(console);
            console.WriteLine("");
        }

        var fields = new FieldList();
        fields.Add("Update", $"{run.Id}, {Scope(run)}, wanted by {run.By}");
        fields.Add("Phase", Phase(run));
        fields.Add("Begun", $"{TimeText.Local(run.BegunAt, console.Time)} ({TimeText.Age(run.BegunAt, console.Time)})");
        fields.Add("Message", run.Message);
        fields.Write(console);
    }

    public static void WriteLog(CliConsole console, string log)
    {
        console.WriteLine("");
        foreach (string line in log.Split('\n'))
            console.WriteLine(PrintableText.Of(line.TrimEnd('\r')));
    }

    private static string Scope(UpdateRun run) => run.Scope == UpdateScope.Security ? "security" : "all";

    private static TextCell Phase(UpdateRun run) => new(
        run.Phase switch
        {
            UpdateRunPhase.Begun => "begun",
            UpdateRunPhase.Running => "running",
            UpdateRunPhase.Verifying => "verifying",
            UpdateRunPhase.Succeeded => "succeeded",
            _ => "failed",
        },
        run.Phase switch
        {
            UpdateRunPhase.Succeeded => Tone.Good,
            UpdateRunPhase.Failed => Tone.Bad,
            _ => Tone.Warning,
        });
}
