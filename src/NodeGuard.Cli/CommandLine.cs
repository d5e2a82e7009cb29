using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using NodeGuard.Cli.Commands;
using NodeGuard.Cli.Fleet;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Images;
using NodeGuard.Cli.Install;
using NodeGuard.Cli.Kubernetes;

namespace NodeGuard.Cli;

/// <summary>The command tree, and how one command line is run.</summary>
public static class CommandLine
{
    public static GuidedRootCommand Build(CliContext context)
    {
        var root = new GuidedRootCommand(
            "Keeps a node's routes, rules, nexthops and addresses through a systemd-networkd flush.",
            [
                new("nodeguard status", "what does the agent on this host do?"),
                new("nodeguard doctor", "would the next start of systemd-networkd hurt this host?"),
            ],
            [new(ExitCodes.Ok, "done"), CommonExits.Usage, new(ExitCodes.Interrupted, "interrupted")]);
        root.Options.Add(context.SocketOption);
        foreach (var command in Commands(context))
            root.Subcommands.Add(command);
        GuideHelp(root, context);
        return root;
    }

    /// <returns>The process's exit status.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CliContext context, CancellationToken cancellation)
    {
        var console = context.Console;
        // A leading @ is a character like any other: reading files named by an argument surprises, and leaks.
        var parsed = Build(context).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
            return UsageError.Report(parsed, console);
        try
        {
            var invocation = new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            var code = await parsed.InvokeAsync(invocation, cancellation);
            await console.Out.FlushAsync(CancellationToken.None);
            return code;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
        catch (IOException closed) when (closed is not FileNotFoundException and not DirectoryNotFoundException && IsBrokenPipe(closed))
        {
            return ExitCodes.Ok;
        }
    }

    private static IEnumerable<Command> Commands(CliContext context) =>
    [
        AgentCommand.Create(context),
        StatusCommand.Create(context),
        RoutesCommand.Create(context),
        DrainCommand.Create(context),
        CordonCommands.Cordon(context),
        CordonCommands.Uncordon(context),
        ControllerCommand.Create(context),
        RecycleCommand.Create(context),
        HistoryCommand.Create(context),
        PlanCommand.Plan(context),
        PlanCommand.Explain(context),
        StopCommands.Pause(context),
        StopCommands.Resume(context),
        StopCommands.Cancel(context),
        InstallCommand.Create(context),
        DoctorCommand.Create(context),
        HardenCommand.Create(context),
        UpdatesCommand.Create(context),
        ImageCommand.Create(context),
        ReleaseCommand.Create(context),
        DrillCommand.Create(context),
        CompletionCommand.Create(context),
    ];

    // EPIPE is 32 on Linux; the runtime keeps the errno in HResult.
    private static bool IsBrokenPipe(IOException exception) => (exception.HResult & 0xffff) == 32;

    private static void GuideHelp(GuidedRootCommand root, CliContext context)
    {
        foreach (var option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction standard })
            {
                standard.MaxWidth = context.Console.Width ?? int.MaxValue;
                option.Action = new GuidedHelp(standard);
                // A slash starts a path here.
                option.Aliases.Remove("/?");
                option.Aliases.Remove("/h");
            }
        }
    }
}
