using System.CommandLine;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Updates;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates hold` and `release`: by a person, with an agent or without.</summary>
public static class UpdatesHoldCommand
{
    private static readonly ExitStatus[] Exits =
    [
        new(ExitCodes.Ok, "done, or already so"),
        new(ExitCodes.Failed, "a file was refused, or something keeps the files from their effect"),
        CommonExits.Usage,
        new(ExitCodes.Refused, "the agent's configuration says otherwise"),
        new(ExitCodes.Interrupted, "interrupted"),
    ];

    public static Command Hold(CliContext context)
    {
        var persistent = new Option<bool>("--persistent") { Description = "for good, under /etc, in effect from the start of each boot" };
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be written and removed" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "hold",
            "Let the units that install updates wait for a permit. A running update is not stopped.",
            [
                new("sudo nodeguard updates hold --dry-run", "what would be held?"),
                new("sudo nodeguard updates hold", "until the next boot"),
                new("sudo nodeguard updates hold --persistent", "for good"),
            ],
            Exits)
        { persistent, dryRun, output };
        command.SetAction((parsed, cancellation) =>
            HoldAsync(context, parsed, parsed.GetValue(persistent), parsed.GetValue(dryRun), parsed.Format(output), cancellation));
        return command;
    }

    public static Command Release(CliContext context)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be removed" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "release",
            "Let the units that install updates run as if NodeGuard had never been here. A running agent heeds it until the next boot; for good, set updates.mode to off.",
            [
                new("sudo nodeguard updates release --dry-run", "what would be taken away?"),
                new("sudo nodeguard updates release", "updates run when their timers say so"),
            ],
            Exits)
        { dryRun, output };
        command.SetAction((parsed, cancellation) => ReleaseAsync(context, parsed, parsed.GetValue(dryRun), parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> HoldAsync(
        CliContext context, ParseResult parsed, bool persistent, bool dryRun, OutputFormat format, CancellationToken cancellation)
    {
        if (UpdatesCommand.Configured(context) is not { } options)
            return ExitCodes.Usage;
        using (var client = context.Connect(parsed))
        {
            if (!persistent && (await client.UpdatesAsync(cancellation)).TryGet(out var agent, out _) && agent.Mode is HoldMode.Off)
            {
                context.Console.WriteError(
                    "the agent's updates.mode is off, so it would take the drop-ins away again; set it to hold and reload the agent, or give --persistent");
                return ExitCodes.Refused;
            }
        }

        using var host = context.UpdateHost();
        string? untold = dryRun ? null : host.SetReleased(false);
        return Tell(context, await DoAsync(host, HoldMode.Hold, options, persistent, dryRun, untold, cancellation), format, "Held. Updates wait for a permit.");
    }

    private static async Task<int> ReleaseAsync(CliContext context, ParseResult parsed, bool dryRun, OutputFormat format, CancellationToken cancellation)
    {
        if (UpdatesCommand.Configured(context) is not { } options)
            return ExitCodes.Usage;
        using var host = context.UpdateHost();
        // Before the files: an agent that runs would write them again.
        string? untold = dryRun || !context.IsAgentExpected(parsed) ? null : host.SetReleased(true);
        UpdatesReport report = await ReleaseAsync(host, options, dryRun, untold, cancellation);
        return Tell(context, report, format, "Released. Updates run when their timers or a person start them.");
    }

    /// <summary>Takes every file of the hold away, or shows which.</summary>
    internal static Task<UpdatesReport> ReleaseAsync(
        IUpdateHost host, AgentOptions options, bool dryRun, string? untold, CancellationToken cancellation) =>
        DoAsync(host, HoldMode.Release, options, false, dryRun, untold, cancellation);

    private static async Task<UpdatesReport> DoAsync(
        IUpdateHost host, HoldMode mode, AgentOptions options, bool persistent, bool dryRun, string? untold, CancellationToken cancellation)
    {
        var wish = new HoldWish(mode, persistent || options.Updates.Persistent, options.Updates.Units);
        var ways = new WaysWish(mode, options.Updates.AptGate, "by a person on it: nodeguard updates hold");
        HoldPlan plan = await host.PlanAsync(wish, cancellation);
        var report = dryRun
            ? UpdatesReport.Of(plan).With(await host.PlanWaysAsync(ways, options.StateDirectory, cancellation), dryRun)
            : UpdatesReport.Of(plan, await host.RunAsync(wish, cancellation)).With(await host.RunWaysAsync(ways, options.StateDirectory, cancellation), dryRun);
        return untold is null ? report : report with { Problems = [.. report.Problems, untold] };
    }

    private static int Tell(CliContext context, UpdatesReport report, OutputFormat format, string done)
    {
        var console = context.Console;
        if (format.IsForPrograms())
        {
            StructuredOutput.Write(console, format, report, UpdatesJson.Default.UpdatesReport);
        }
        else
        {
            UpdatesText.WriteFiles(console, report.Files);
            UpdatesText.WriteReasons(console, report.DryRun ? [] : report.Units, report.DryRun ? [] : report.Ways);
            foreach (var problem in report.Problems)
                console.WriteError(problem);
        }

        bool passed = !report.HasRefusals && (report.DryRun || !report.Units.Select(static unit => unit.State).Concat(report.Ways.Where(static way => way.Way is not UpdateWay.CloudInit).Select(static way => way.State))
            .Any(static state => state is HoldState.Unknown or HoldState.ForeignDropIn or HoldState.Waiting));
        if (report.DryRun)
            console.WriteNote("Nothing was changed (dry run).");
        else if (passed)
            console.WriteNote(done);
        return passed ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
