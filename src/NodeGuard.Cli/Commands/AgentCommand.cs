using System.CommandLine;
using NodeGuard.Agent.Configuration;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard agent`: the daemon, and a look at its configuration.</summary>
public static class AgentCommand
{
    public static Command Create(CliContext context)
    {
        var config = new Option<string>("--config")
        {
            Description = $"the configuration file (default {ConfigurationSources.DefaultFile}, which need not exist)",
            HelpName = "file",
        };
        var print = new Option<bool>("--print-config") { Description = "print each setting's effective value and where it came from, and exit" };
        var check = new Option<bool>("--check-config") { Description = "say all that is wrong with the configuration, and exit" };
        var output = OutputOption.Create();
        output.Description = "how --print-config prints";
        var command = new GuidedCommand(
            "agent",
            "Guard this host until told to stop.",
            [
                new("nodeguard agent", "with the configuration file, NODEGUARD_* variables and defaults"),
                new("nodeguard agent --routes-mode observe --log-level debug", "report only, in the foreground"),
                new("nodeguard agent --print-config -o json", "which value holds, and who set it?"),
            ],
            [
                new(ExitCodes.Ok, "stopped as asked; configuration printed or without error"),
                new(ExitCodes.Failed, "it could not start; the message says why"),
                new(ExitCodes.Usage, "wrong usage, or a wrong setting"),
                new(ExitCodes.AlreadyRunning, "another agent guards this host"),
            ])
        { config, print, check, output };
        var flags = AgentSettings.All.Select(static setting => (setting, option: FlagOf(setting))).ToList();
        foreach (var (_, option) in flags)
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) =>
        {
            var sources = Sources(context, parsed.GetValue(config), flags.SelectMany(flag => Values(parsed, flag.setting, flag.option)));
            if (parsed.GetValue(check))
                return Task.FromResult(Check(context, sources));
            if (parsed.GetValue(print))
                return Task.FromResult(Print(context, sources, parsed.Format(output)));
            return context.RunAgent(sources, cancellation);
        });
        return command;
    }

    private static Option<string[]> FlagOf(Setting setting) => new(setting.Flag)
    {
        Description = $"{setting.Description} (default {(setting.DefaultText.Length == 0 ? "none" : setting.DefaultText)})",
        HelpName = setting.IsList ? "list" : "value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    private static IEnumerable<KeyValuePair<string, string>> Values(ParseResult parsed, Setting setting, Option<string[]> option) =>
        (parsed.GetValue(option) ?? []).Select(value => KeyValuePair.Create(setting.Key, value));

    private static ConfigurationSources Sources(CliContext context, string? file, IEnumerable<KeyValuePair<string, string>> flags)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in AgentSettings.All)
        {
            if (context.Environment(setting.Variable) is { } value)
                variables[setting.Variable] = value;
        }

        return new ConfigurationSources { File = file, Variables = variables, Flags = [.. flags] };
    }

    private static int Check(CliContext context, ConfigurationSources sources)
    {
        var result = ConfigurationLoader.Load(sources);
        if (result.Options is null)
            return ReportErrors(context, result);
        context.Console.WriteNote("The configuration is right.");
        return ExitCodes.Ok;
    }

    private static int Print(CliContext context, ConfigurationSources sources, OutputFormat format)
    {
        var result = ConfigurationLoader.Load(sources);
        if (format is OutputFormat.Json)
            context.Console.Out.Write(ConfigurationReport.ToJson(result));
        else if (format is OutputFormat.Yaml)
            YamlText.Write(context.Console.Out, ConfigurationReport.ToJson(result));
        else
            WriteTable(context, result, wide: format is OutputFormat.Wide);
        return result.Options is null ? ReportErrors(context, result) : ExitCodes.Ok;
    }

    private static void WriteTable(CliContext context, ConfigurationResult result, bool wide)
    {
        TextColumn[] columns = [new("SETTING"), new("VALUE", Flexible: true), new("SOURCE")];
        var table = new TextTable(wide ? [.. columns, new("FLAG"), new("VARIABLE"), new("ALLOWED", Flexible: true)] : columns);
        foreach (var (setting, value, source) in result.Effective)
        {
            TextCell[] cells = [setting.Key, value, source];
            table.Add(wide ? [.. cells, setting.Flag, setting.Variable, setting.Allowed] : cells);
        }

        table.Write(context.Console);
    }

    private static int ReportErrors(CliContext context, ConfigurationResult result)
    {
        foreach (var error in result.Errors)
            context.Console.WriteError(error.ToString());
        return ExitCodes.Usage;
    }
}
