using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Control;
using NodeGuard.Cli.Drills;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard drill flush`: restarts systemd-networkd as a package update would.</summary>
public static class DrillFlushCommand
{
    public static Command Create(CliContext context)
    {
        var yes = new Option<bool>("--yes", "-y") { Description = "do not ask" };
        var force = new Option<bool>("--force") { Description = "also when no agent guards this host: what networkd deletes then stays deleted" };
        var dryRun = new Option<bool>("--dry-run") { Description = "only say what would happen" };
        var sandbox = new Option<bool>("--sandbox") { Description = "in namespaces of its own with objects of its own; touches nothing of this host and needs no root" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "flush",
            "Restart systemd-networkd on this host, as an update would, and compare before and after.",
            [
                new("nodeguard drill flush --dry-run", "what would happen?"),
                new("nodeguard drill flush --sandbox", "see the guard at work without touching this host"),
                new("nodeguard drill flush", "on this host, after a confirmation"),
                new("nodeguard drill flush --yes -o json", "from a script"),
            ],
            [
                new(ExitCodes.Ok, "everything is there again"),
                new(ExitCodes.Failed, "something is missing, not all had settled, or the drill did not run"),
                .. CommonExits.OfAgentCommands,
            ])
        { yes, force, dryRun, sandbox, output };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(sandbox))
                return RunSandboxAsync(context, parsed.GetValue(output)!, cancellation);
            var choice = new Choice(parsed.GetValue(yes), parsed.GetValue(force), parsed.GetValue(dryRun), parsed.Format(output));
            return RunAsync(context, parsed, choice, cancellation);
        });
        return command;
    }

    private static async Task<int> RunSandboxAsync(CliContext context, string format, CancellationToken cancellation)
    {
        try
        {
            return await SandboxCommand.RunAsync(context, format, cancellation);
        }
        catch (DrillException stopped)
        {
            context.Console.WriteError(stopped.Message);
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, Choice choice, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.StatusAsync(cancellation);
        if (!answer.TryGet(out var status, out var failure) && !choice.Force)
        {
            var code = context.Report(failure);
            context.Console.WriteNote("Without an agent a flush takes its objects for good; --force runs the drill all the same.");
            return code;
        }

        if (status is not null && WhyNotGuarded(status) is { } reason && !choice.Force)
        {
            context.Console.WriteError($"{reason}; --force runs the drill all the same");
            return ExitCodes.Failed;
        }

        try
        {
            return await RunAsync(context, client, status, choice, cancellation);
        }
        catch (DrillException stopped)
        {
            context.Console.WriteError(stopped.Message);
            return ExitCodes.Failed;
        }
    }

    private static async Task<int> RunAsync(CliContext context, ControlClient client, GuardStatus? status, Choice choice, CancellationToken cancellation)
    {
        var host = context.DrillHost();
        DrillText.Announce(context.Console, host, status);
        if (choice.DryRun)
        {
            context.Console.WriteNote("Nothing was changed (dry run).");
            return ExitCodes.Ok;
        }

        if (!choice.Yes)
        {
            if (!context.Console.InIsTerminal)
            {
                context.Console.WriteError("drill flush wants a confirmation and there is no terminal to ask at; --yes confirms");
                return ExitCodes.Usage;
            }

            if (!await ConfirmAsync(context, cancellation))
            {
                context.Console.WriteNote("Nothing was changed.");
                return ExitCodes.Failed;
            }
        }

        var report = await new HostDrill(host, client, context.Console.Time, context.DrillTiming).RunAsync(cancellation);
        if (choice.Format.IsForPrograms())
            StructuredOutput.Write(context.Console, choice.Format, report, DrillJson.Default.DrillReport);
        else
            DrillText.Write(context.Console, report, wide: choice.Format is OutputFormat.Wide);
        return report.Passed ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static async Task<bool> ConfirmAsync(CliContext context, CancellationToken cancellation)
    {
        await context.Console.Error.WriteAsync("Go on? [y/N] ");
        await context.Console.Error.FlushAsync(cancellation);
        // The console's reader does not heed cancellation, and Ctrl-C at the question must end it.
        var line = await Task.Run(context.Console.In.ReadLine, cancellation).WaitAsync(cancellation);
        return line?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private static string? WhyNotGuarded(GuardStatus status) => status switch
    {
        { Mode: GuardMode.Observe } => "the agent is in observe mode and would restore nothing",
        { State: GuardState.Failed or GuardState.Starting } => "the agent runs but does not guard; nodeguard status says why",
        { State: GuardState.Restoring } => "the agent is restoring after a flush just now; wait until nodeguard status says guarding",
        { State: GuardState.NothingToGuardAgainst } => "systemd-networkd does not run on this host: there is nothing to drill",
        _ => null,
    };

    private sealed record Choice(bool Yes, bool Force, bool DryRun, OutputFormat Format);
}
