using System.CommandLine;
using NodeGuard.Agent.Configuration;
using NodeGuard.Cli.Help;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates …`: whether this host's own update units may run.</summary>
public static class UpdatesCommand
{
    public static Command Create(CliContext context)
    {
        var command = new GuidedCommand(
            "updates",
            "Look at the units that install updates on this host, hold them, and let them go.",
            [
                new("nodeguard updates list", "what would install updates here, and when?"),
                new("sudo nodeguard updates hold --dry-run", "what would be held?"),
            ],
            [CommonExits.Usage]);
        command.Subcommands.Add(UpdatesListCommand.Create(context));
        command.Subcommands.Add(UpdatesPendingCommand.Create(context));
        command.Subcommands.Add(UpdatesApplyCommand.Create(context));
        command.Subcommands.Add(UpdatesHistoryCommand.Create(context));
        command.Subcommands.Add(UpdatesHoldCommand.Hold(context));
        command.Subcommands.Add(UpdatesHoldCommand.Release(context));
        return command;
    }

    /// <summary>What the agent's configuration file and variables say; null after it was said on stderr what is wrong with them.</summary>
    internal static AgentOptions? Configured(CliContext context)
    {
        var variables = AgentSettings.All
            .Select(setting => (setting.Variable, Value: context.Environment(setting.Variable)))
            .Where(static pair => pair.Value is not null)
            .ToDictionary(static pair => pair.Variable, static pair => pair.Value!, StringComparer.Ordinal);
        var result = ConfigurationLoader.Load(new ConfigurationSources { File = null, Variables = variables, Flags = [] });
        foreach (var error in result.Errors)
            context.Console.WriteError(error.ToString());
        return result.Options;
    }
}
