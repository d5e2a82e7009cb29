using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes list`: the agent's ledger.</summary>
public static class RoutesListCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var filter = new LedgerFilter();
        var command = new GuidedCommand(
            "list",
            "List the objects that the agent knows, whose they are and whether they are there.",
            [
                new("nodeguard routes list --owner foreign --kind rule", "the rules that a flush would take"),
                new("nodeguard routes list --state missing -o wide", "what is missing, and why"),
                new("nodeguard routes list --table 100 -o json", "one table, for a program"),
            ],
            [new(ExitCodes.Ok, "listed, also when nothing matches"), .. CommonExits.OfAgentCommands])
        { output };
        filter.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), filter.Read(parsed), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        CliContext context, ParseResult parsed, OutputFormat format, Func<LedgerObject, bool> filter, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.ListAsync(cancellation);
        if (!answer.TryGet(out var all, out var failure))
            return context.Report(failure);
        var objects = LedgerObjectTable.Sorted(all.Where(filter));
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, objects, ControlJsonContext.Default.ListLedgerObject);
        else if (objects.Count > 0)
            LedgerObjectTable.Write(context.Console, objects, wide: format is OutputFormat.Wide);
        if (objects.Count == 0)
            context.Console.WriteNote(all.Count == 0 ? "The agent's ledger is empty." : $"None of the ledger's {all.Count} objects matches.");
        return ExitCodes.Ok;
    }
}
