using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard harden`: tell networkd, from its next start on, to leave foreign objects alone.</summary>
public static class HardenCommand
{
    public static Command Create(CliContext context)
    {
        var runtime = new Option<bool>("--runtime") { Description = "only until the next boot (files under /run)" };
        var undo = new Option<bool>("--undo") { Description = "take away every file that NodeGuard wrote, under /etc and /run" };
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be written and removed" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "harden",
            "Write the drop-ins that make systemd-networkd leave foreign objects alone from its next start on.",
            [
                new("nodeguard harden --dry-run", "what would be written?"),
                new("sudo nodeguard harden", "for good, under /etc; restarts nothing"),
                new("sudo nodeguard harden --undo", "as it was before"),
            ],
            [
                new(ExitCodes.Ok, "done, or already so"),
                new(ExitCodes.Failed, "a file was refused, or something keeps the files from their effect"),
                CommonExits.Usage,
                new(ExitCodes.Interrupted, "interrupted"),
            ])
        { runtime, undo, dryRun, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(runtime) && result.GetValue(undo))
                result.AddError("--runtime and --undo exclude each other: --undo takes away the files of both kinds");
        });
        command.SetAction((parsed, cancellation) =>
        {
            var mode = parsed.GetValue(undo) ? HardenMode.Undo : parsed.GetValue(runtime) ? HardenMode.Runtime : HardenMode.Persistent;
            return RunAsync(context, parsed, mode, parsed.GetValue(dryRun), parsed.Format(output), cancellation);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, ParseResult parsed, HardenMode mode, bool dryRun, OutputFormat format, CancellationToken cancellation)
    {
        var host = context.PreventionHost();
        var agent = await context.KnowledgeAsync(parsed, cancellation);
        var plan = PreventionPlanner.Plan(await host.PlanningInputAsync(mode, agent, cancellation));
        var report = new HardenReport(mode, dryRun, dryRun ? Planned(plan) : host.Apply(plan), plan.Notes);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, report, PreventionJson.Default.HardenReport);
        else
            Write(context.Console, report);
        return report.Passed ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static IReadOnlyList<HardenedFile> Planned(PreventionPlan plan) =>
    [
        .. plan.Writes.Select(static write => new HardenedFile(write.Path, HardenChange.WouldWrite, write.Why)),
        .. plan.Removals.Select(static removal => new HardenedFile(removal.Path, HardenChange.WouldRemove, removal.Why)),
    ];

    private static void Write(CliConsole console, HardenReport report)
    {
        if (report.Files.Count > 0)
        {
            var table = new TextTable(new TextColumn("CHANGE"), new TextColumn("FILE"), new TextColumn("WHY", Flexible: true));
            foreach (var (path, change, why) in report.Files)
                table.Add(Word(change), path, why);
            table.Write(console);
        }

        foreach (var (path, message) in report.Notes)
            console.WriteError($"{path}: {message}");
        console.WriteNote(Conclusion(report));
    }

    private static string Conclusion(HardenReport report) => report switch
    {
        { Files.Count: 0, Notes.Count: > 0 } => "Nothing was changed.",
        { Files.Count: 0 } => "Nothing to change: this host is already so.",
        { DryRun: true } => "Nothing was changed (dry run).",
        { Mode: HardenMode.Undo } => "networkd was not restarted; it may delete foreign objects again from its next start on.",
        _ => "networkd was not restarted; the files take effect at its next start.",
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
