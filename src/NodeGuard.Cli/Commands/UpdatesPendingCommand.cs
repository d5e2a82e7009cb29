using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates pending`: the packages, the hazard and the reboot, as the agent knows them.</summary>
public static class UpdatesPendingCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var now = new Option<bool>("--now") { Description = "ask the host's package tools now instead of telling the last look" };
        var command = new GuidedCommand(
            "pending",
            "The packages that are to change on this host and what keeps them back, whether that would cut the node off, and whether a reboot is due.",
            [
                new("nodeguard updates pending", "as of the agent's last look"),
                new("nodeguard updates pending --now -o wide", "asked anew, with the reasons"),
                new("nodeguard updates pending -o json | jq -r .hazard.state", "for scripts: none, hazard or unknown"),
            ],
            [
                new(ExitCodes.Ok, "printed, and nothing pending is a hazard"),
                new(ExitCodes.Failed, "a hazard, a package manager that broke off, or it could not be told what is pending"),
                .. CommonExits.OfAgentCommands,
            ])
        { output, now };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), parsed.GetValue(now), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, bool now, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.PendingAsync(now, cancellation);
        if (!answer.TryGet(out var status, out var failure))
            return context.Report(failure);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, status, ControlJsonContext.Default.PendingStatus);
        else
            PendingText.Write(context.Console, status, wide: format is OutputFormat.Wide);
        return status is { Hazard.State: HazardState.None, Updates: { Packages: not null, Interrupted: null } } ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
