using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Updates;
using NodeGuard.Agent.Updates.Ways;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Updates;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates list`: of the agent where one runs, else of the host itself.</summary>
public static class UpdatesListCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "list",
            "The units that install updates on this host: whether they are held, when they run next, and how the last run ended; and what else installs or restarts: apt, needrestart, snap, cloud-init.",
            [
                new("nodeguard updates list", "those that this host has"),
                new("nodeguard updates list -o wide", "with the reasons, and those that it has not"),
                new("nodeguard updates list -o json | jq -r '.units[] | select(.state != \"absent\") | .unit'", "for scripts"),
            ],
            [
                new(ExitCodes.Ok, "printed"),
                new(ExitCodes.Failed, "a unit or another way that should be held is not, or it could not be told"),
                CommonExits.Usage,
                new(ExitCodes.Interrupted, "interrupted"),
            ])
        { output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        if (!(await client.UpdatesAsync(cancellation)).TryGet(out var status, out var failure))
        {
            context.Console.WriteNote($"Nobody keeps the hold on this host: {failure.Message}.");
            status = await LookAsync(context, cancellation);
        }

        if (status is null)
            return ExitCodes.Usage;
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, status, ControlJsonContext.Default.UpdatesStatus);
        else
            Write(context, status, wide: format is OutputFormat.Wide);
        return IsAsWished(status) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<UpdatesStatus?> LookAsync(CliContext context, CancellationToken cancellation)
    {
        if (UpdatesCommand.Configured(context) is not { } options)
            return null;
        using var host = context.UpdateHost();
        var plan = await host.PlanAsync(new HoldWish(HoldMode.Observe, options.Updates.Persistent, options.Updates.Units), cancellation);
        var ways = await host.PlanWaysAsync(new WaysWish(HoldMode.Observe, options.Updates.AptGate, ""), options.StateDirectory, cancellation);
        return new UpdatesStatus
        {
            Released = host.IsReleased,
            Permit = host.HasPermit,
            Units = [.. plan.Verdicts.Select(UpdateUnit.Of)],
            Ways = ways.Verdicts,
            Problems = [],
        };
    }

    private static void Write(CliContext context, UpdatesStatus status, bool wide)
    {
        var console = context.Console;
        if (!wide && status.Units.All(static unit => unit.State is HoldState.Absent))
            console.WriteNote("This host has no unit that installs updates; nodeguard updates list -o wide shows which were looked for.");
        else
            UpdatesText.WriteUnits(console, status.Units, wide);
        UpdatesText.WriteWays(console, status.Ways, wide);
        if (status.Permit)
            console.WriteNote($"This host may update now: {HoldFile.Permit} exists.");
        if (status.Released)
            console.WriteNote("The hold is released until the next boot; hold again with: nodeguard updates hold");
        if (!wide)
            UpdatesText.WriteReasons(console, status.Units, status.Ways);
        if (status.Pending is { } pending)
        {
            console.WriteLine("");
            PendingText.Write(console, pending, wide);
        }

        foreach (var problem in status.Problems)
            console.WriteError(problem);
    }

    private static bool IsAsWished(UpdatesStatus status) =>
        status.Problems.Count == 0
        // What cloud-init does at an instance's first boot nobody holds.
        && !status.Units.Select(static unit => unit.State).Concat(status.Ways.Where(static way => way.Way is not UpdateWay.CloudInit).Select(static way => way.State)).Any(state => state is HoldState.Unknown
            || (state is HoldState.ForeignDropIn or HoldState.Waiting && status is { Mode: HoldMode.Hold, Released: false }));
}
