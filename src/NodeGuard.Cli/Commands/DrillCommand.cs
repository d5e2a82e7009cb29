using System.CommandLine;
using NodeGuard.Cli.Help;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard drill …`: have the incident on purpose, at a time of one's own choice.</summary>
public static class DrillCommand
{
    public static Command Create(CliContext context)
    {
        var command = new GuidedCommand(
            "drill",
            "Have the incident on purpose, and see what comes back.",
            [new("nodeguard drill flush --dry-run", "what would a drill do to this host?")],
            [CommonExits.Usage]);
        command.Subcommands.Add(DrillFlushCommand.Create(context));
        command.Subcommands.Add(SandboxCommand.CreateChild(context));
        return command;
    }
}
