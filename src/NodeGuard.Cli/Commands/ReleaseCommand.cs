using System.CommandLine;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Prevention;
using NodeGuard.Cli.Updates;
using NodeGuard.Core.Routing.Prevention;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard release`: everything that NodeGuard wrote for the host's own services, for when the agent leaves.</summary>
public static class ReleaseCommand
{
    public static Command Create(CliContext context)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be removed" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "release",
            "Take away every file that NodeGuard wrote for this host's services, once its agent is stopped: the hold of updates and of what else installs, and what harden wrote.",
            [
                new("sudo nodeguard release --dry-run", "what would be taken away?"),
                new("sudo nodeguard release", "after: systemctl disable --now nodeguard-agent"),
            ],
            [
                new(ExitCodes.Ok, "done, or nothing was there"),
                new(ExitCodes.Failed, "a file could not be removed, or systemd has not read its files anew"),
                CommonExits.Usage,
                new(ExitCodes.Refused, "an agent runs, and would write its files again"),
                new(ExitCodes.Interrupted, "interrupted"),
            ])
        { dryRun, output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.GetValue(dryRun), parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, bool dryRun, OutputFormat format, CancellationToken cancellation)
    {
        if (!dryRun && await context.KnowledgeAsync(parsed, cancellation) is not null)
        {
            context.Console.WriteError(
                "the agent runs and would write its files again: stop it first (systemctl disable --now nodeguard-agent), or only let updates run: nodeguard updates release");
            return ExitCodes.Refused;
        }

        if (UpdatesCommand.Configured(context) is not { } options)
            return ExitCodes.Usage;
        using var host = context.UpdateHost();
        UpdatesReport updates = await UpdatesHoldCommand.ReleaseAsync(host, options, dryRun, null, cancellation);
        var prevention = context.PreventionHost();
        PreventionPlan plan = PreventionPlanner.Plan(await prevention.PlanningInputAsync(HardenMode.Undo, null, cancellation));
        var report = updates with
        {
            Files =
            [
                .. updates.Files,
                .. dryRun
                    ? plan.Removals.Select(static removal => new HardenedFile(removal.Path, HardenChange.WouldRemove, removal.Why))
                    : prevention.Apply(plan),
            ],
            Problems = [.. updates.Problems, .. plan.Notes.Select(static note => $"{note.Path}: {note.Message}")],
        };
        Write(context, report, format);
        return report.HasRefusals ? ExitCodes.Failed : ExitCodes.Ok;
    }

    private static void Write(CliContext context, UpdatesReport report, OutputFormat format)
    {
        if (format.IsForPrograms())
        {
            StructuredOutput.Write(context.Console, format, report, UpdatesJson.Default.UpdatesReport);
            return;
        }

        UpdatesText.WriteFiles(context.Console, report.Files);
        UpdatesText.WriteReasons(context.Console, report.DryRun ? [] : report.Units, report.DryRun ? [] : report.Ways);
        foreach (var problem in report.Problems)
            context.Console.WriteError(problem);
        context.Console.WriteNote(report switch
        {
            { DryRun: true } => "Nothing was changed (dry run).",
            { Files.Count: 0 } => "Nothing of NodeGuard's was there.",
            _ => "No service was restarted; networkd may delete foreign objects again from its next start on.",
        });
    }
}
