using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates apply`: has the agent update this host once, and follows it.</summary>
public static class UpdatesApplyCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // An update may restart the agent, too.
    private static readonly TimeSpan AgentMayBeAway = TimeSpan.FromMinutes(5);

    public static Command Create(CliContext context)
    {
        var all = new Option<bool>("--all") { Description = "all that nothing keeps back, instead of security updates alone" };
        var despite = new Option<bool>("--despite-hazard") { Description = "also where the update may cut this node off, or nobody knows whether it does" };
        var repair = new Option<bool>("--repair") { Description = "where dpkg broke off, have it end what it has begun (dpkg --configure -a), and update then" };
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be installed" };
        var noWait = new Option<bool>("--no-wait") { Description = "return when it is begun" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "apply",
            "Update this host once, held or not: exactly the versions that are pending now, in a unit of its own, with a look at the host afterwards.",
            [
                new("sudo nodeguard updates apply --dry-run", "what would be installed?"),
                new("sudo nodeguard updates apply", "the security updates"),
                new("sudo nodeguard updates apply --all --no-wait", "all of them; nodeguard updates history tells the rest"),
            ],
            [
                new(ExitCodes.Ok, "done, and the host is what it was (with --dry-run: shown; with --no-wait: begun)"),
                new(ExitCodes.Failed, "it failed, or the host is not what it was"),
                .. CommonExits.OfAgentCommands,
            ])
        { all, despite, repair, dryRun, noWait, output };
        command.SetAction((parsed, cancellation) =>
        {
            UpdateScope scope = parsed.GetValue(all) ? UpdateScope.All : UpdateScope.Security;
            var wish = new UpdateWish { By = By(context), Scope = scope, DespiteHazard = parsed.GetValue(despite), Repair = parsed.GetValue(repair) };
            return parsed.GetValue(dryRun)
                ? ShowAsync(context, parsed, scope, parsed.Format(output), cancellation)
                : ApplyAsync(context, parsed, wish, parsed.GetValue(noWait), parsed.Format(output), cancellation);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CliContext context, ParseResult parsed, UpdateScope scope, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        if (!(await client.PendingAsync(now: true, cancellation)).TryGet(out var status, out var failure))
            return context.Report(failure);
        if (status.Updates.Packages is not { } pending)
        {
            context.Console.WriteError($"what is pending is not known: {string.Join("; ", status.Updates.Problems)}");
            return ExitCodes.Failed;
        }

        HashSet<string> wanted = [.. PackageSets.Wanted(pending, scope).Select(static package => package.Name)];
        PendingStatus shown = status with { Updates = status.Updates with { Packages = [.. pending.Where(package => wanted.Contains(package.Name))] } };
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, shown, ControlJsonContext.Default.PendingStatus);
        else
            PendingText.Write(context.Console, shown, wide: format is OutputFormat.Wide);
        context.Console.WriteNote($"Would install {wanted.Count}; nothing was changed (dry run).");
        if (status.Hazard.State is not HazardState.None)
            context.Console.WriteNote("Because of the hazard it would be refused without --despite-hazard.");
        return ExitCodes.Ok;
    }

    private static async Task<int> ApplyAsync(CliContext context, ParseResult parsed, UpdateWish wish, bool noWait, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        if (!(await client.UpdateAsync(wish, cancellation)).TryGet(out var run, out var failure))
            return context.Report(failure);
        if (run.Repairs && noWait)
            context.Console.WriteNote("This run repairs dpkg, and installs nothing: what is pending is known after it.");
        if (!noWait)
            run = await FollowAsync(context, client, run, format, cancellation);
        if (run is { Repairs: true, Phase: UpdateRunPhase.Succeeded })
        {
            context.Console.WriteNote(run.Message);
            return await ApplyAsync(context, parsed, wish with { Repair = false }, noWait, format, cancellation);
        }

        if (run is null)
        {
            context.Console.WriteError("the agent does not answer, and the update goes on without it: nodeguard updates history tells what came of it");
            return ExitCodes.AgentUnreachable;
        }

        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, run, ControlJsonContext.Default.UpdateRun);
        else
            UpdateRunReport.Write(context.Console, run);
        return run.Phase is UpdateRunPhase.Failed ? ExitCodes.Failed : ExitCodes.Ok;
    }

    /// <summary>Until it is over; null when the agent stays away.</summary>
    private static async Task<UpdateRun?> FollowAsync(CliContext context, ControlClient client, UpdateRun run, OutputFormat format, CancellationToken cancellation)
    {
        string told = "";
        long heard = context.Console.Time.GetTimestamp();
        while (!run.IsOver)
        {
            if (!format.IsForPrograms() && run.Message != told)
                context.Console.WriteNote(told = run.Message);
            await Task.Delay(Interval, context.Console.Time, cancellation);
            if ((await client.UpdateHistoryAsync(cancellation)).TryGet(out var history, out _) && history.Runs.FirstOrDefault(known => known.Id == run.Id) is { } now)
                (run, heard) = (now, context.Console.Time.GetTimestamp());
            else if (context.Console.Time.GetElapsedTime(heard) > AgentMayBeAway)
                return null;
        }

        return run;
    }

    private static string By(CliContext context) => context.Environment("SUDO_USER") is { Length: > 0 } user ? user : Environment.UserName;
}
