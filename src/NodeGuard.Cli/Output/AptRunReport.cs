using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Images;

namespace NodeGuard.Cli.Output;

/// <summary>What apt noted down of itself, for a terminal.</summary>
internal static class AptRunReport
{
    private const int ShownPackages = 3;

    /// <param name="console">To write to.</param>
    /// <param name="runs">Newest first; null where apt's history cannot be read.</param>
    public static void WriteList(CliConsole console, IReadOnlyList<AptRun>? runs)
    {
        if (runs is not { Count: > 0 })
        {
            console.WriteNote(runs is null
                ? "What apt did is not known: its history (/var/log/apt/history.log) is not there or cannot be read."
                : "apt has noted down no run since its history was rotated.");
            return;
        }

        var table = new TextTable(new TextColumn("APT RAN"), new TextColumn("BY"), new TextColumn("RESULT"), new TextColumn("PACKAGES"), new TextColumn("COMMAND", Flexible: true));
        foreach (AptRun run in runs)
            table.Add(run.StartedAt, run.RequestedBy ?? "", Result(run), Packages(run.Actions), run.CommandLine ?? "a program");
        table.Write(console);
    }

    private static TextCell Result(AptRun run) => run switch
    {
        { Error: not null } => new("failed", Tone.Bad),
        { HasEnded: true } => new("done", Tone.Good),
        _ => new("runs, or was cut off", Tone.Warning),
    };

    private static string Packages(IReadOnlyList<AptAction> actions)
    {
        string first = string.Join(", ", actions.Take(ShownPackages).Select(static action => $"{action.Package}{(action.Removes ? " removed" : $" {action.Version}")}"));
        return actions.Count > ShownPackages ? $"{first} and {actions.Count - ShownPackages} more" : first;
    }
}
