using System.CommandLine;
using NodeGuard.Cli.Help;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes …`: the ledger of this host's routing objects.</summary>
public static class RoutesCommand
{
    public static Command Create(CliContext context)
    {
        var command = new GuidedCommand(
            "routes",
            "Look at the guarded routes, rules, nexthops and addresses, and act on them.",
            [
                new("nodeguard routes list --owner foreign", "what would a flush take?"),
                new("nodeguard routes history", "what did flushes take, and what came back?"),
            ],
            [CommonExits.Usage]);
        command.Subcommands.Add(RoutesListCommand.Create(context));
        command.Subcommands.Add(RoutesDiffCommand.Create(context));
        command.Subcommands.Add(RoutesWatchCommand.Create(context));
        command.Subcommands.Add(RoutesHistoryCommand.Create(context));
        command.Subcommands.Add(RoutesRestoreCommand.Create(context));
        command.Subcommands.Add(RoutesPinCommand.Create(context));
        return command;
    }
}
