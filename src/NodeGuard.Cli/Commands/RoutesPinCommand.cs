using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes pin`: objects that must exist, whoever deletes them.</summary>
public static class RoutesPinCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string?>("id")
        {
            Description = "the object's id, from nodeguard routes list",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var remove = new Option<bool>("--remove") { Description = "take the pin away; the object stays as it is" };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "pin",
            "Declare that an object must exist, whoever deletes it.",
            [
                new("nodeguard routes pin 3f9c0a7be210", "restore this object also when its owner deletes it"),
                new("nodeguard routes pin 3f9c0a7be210 --remove", "its owner may delete it again"),
            ],
            [
                new(ExitCodes.Ok, "done"),
                new(ExitCodes.Failed, "not done; the message says why"),
                .. CommonExits.OfAgentCommands,
            ])
        { id, remove, output };
        command.SetAction((parsed, cancellation) =>
            RunAsync(context, parsed, parsed.GetValue(id), parsed.GetValue(remove), parsed.Format(output), cancellation));
        command.Subcommands.Add(CreateList(context));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, ParseResult parsed, string? id, bool remove, OutputFormat format, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(id))
        {
            context.Console.WriteError("routes pin wants the id of an object; nodeguard routes list shows the ids, nodeguard routes pin list the pins");
            return ExitCodes.Usage;
        }

        using var client = context.Connect(parsed);
        var answer = remove ? await client.UnpinAsync(id, cancellation) : await client.PinAsync(id, cancellation);
        if (!answer.TryGet(out var outcome, out var failure))
            return context.Report(failure);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, outcome, ControlJsonContext.Default.PinOutcome);
        else if (outcome.Done)
            context.Console.WriteLine(outcome.Message);
        else
            context.Console.WriteError(outcome.Message);
        return outcome.Done ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static GuidedCommand CreateList(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "list",
            "List the pinned objects.",
            [new("nodeguard routes pin list -o yaml", "the pins, to keep in a repository")],
            [new(ExitCodes.Ok, "listed, also when there is none"), .. CommonExits.OfAgentCommands])
        { output };
        command.SetAction((parsed, cancellation) => ListAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> ListAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.ListAsync(cancellation);
        if (!answer.TryGet(out var all, out var failure))
            return context.Report(failure);
        var pinned = LedgerObjectTable.Sorted(all.Where(static item => item.Pinned));
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, pinned, ControlJsonContext.Default.ListLedgerObject);
        else if (pinned.Count > 0)
            LedgerObjectTable.Write(context.Console, pinned, wide: format is OutputFormat.Wide);
        if (pinned.Count == 0)
            context.Console.WriteNote("No object is pinned.");
        return ExitCodes.Ok;
    }
}
