using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes diff`: where the kernel and the ledger differ.</summary>
public static class RoutesDiffCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "diff",
            "Read the kernel anew and show where it differs from the agent's ledger.",
            [
                new("nodeguard routes diff", "is everything where it should be?"),
                new("nodeguard routes diff -o json | jq '.[] | select(.change == \"missing\")'", "only what is missing"),
            ],
            [
                new(ExitCodes.Ok, "no difference"),
                new(ExitCodes.Failed, "differences"),
                .. CommonExits.OfAgentCommands,
            ])
        { output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    public static List<LedgerDifference> Sorted(IReadOnlyCollection<LedgerDifference> differences)
    {
        var result = new List<LedgerDifference>(differences.Count);
        foreach (var change in differences.GroupBy(static difference => difference.Change, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal))
            result.AddRange(LedgerObjectTable.Sorted(change.Select(static difference => difference.Object)).Select(item => new LedgerDifference(change.Key, item)));
        return result;
    }

    public static void Write(CliConsole console, IReadOnlyList<LedgerDifference> differences, bool wide)
    {
        TextColumn[] columns =
        [
            new("CHANGE"), new("ID"), new("KIND"), new("FAMILY"), new("OBJECT", Flexible: true), new("REASON", Flexible: true),
        ];
        var table = new TextTable(wide ? [.. columns[..4], new("OWNER"), new("TABLE"), new("PROTOCOL"), .. columns[4..]] : columns);
        foreach (var (change, item) in differences)
        {
            var cell = new TextCell(change, change is "missing" ? Tone.Bad : Tone.Warning);
            if (wide)
                table.Add(cell, item.Id, item.Kind, item.Family, item.Owner, item.Table, item.Protocol, item.Text, item.Reason);
            else
                table.Add(cell, item.Id, item.Kind, item.Family, item.Text, item.Reason);
        }

        table.Write(console);
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.DiffAsync(cancellation);
        if (!answer.TryGet(out var found, out var failure))
            return context.Report(failure);
        var differences = Sorted(found);
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, differences, ControlJsonContext.Default.ListLedgerDifference);
        else if (differences.Count > 0)
            Write(context.Console, differences, wide: format is OutputFormat.Wide);
        if (differences.Count == 0)
            context.Console.WriteNote("The kernel holds exactly what the ledger does.");
        return differences.Count == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
