using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard routes restore`: give back by hand what the ledger misses.</summary>
public static class RoutesRestoreCommand
{
    public static Command Create(CliContext context)
    {
        var output = OutputOption.Create();
        var dryRun = new Option<bool>("--dry-run") { Description = "only show what would be restored" };
        var command = new GuidedCommand(
            "restore",
            "Restore everything that the ledger holds and the kernel does not.",
            [
                new("nodeguard routes restore --dry-run", "what would come back?"),
                new("nodeguard routes restore", "give it back"),
            ],
            [
                new(ExitCodes.Ok, "nothing is missing any more (with --dry-run: shown)"),
                new(ExitCodes.Failed, "something could not be restored"),
                .. CommonExits.OfAgentCommands,
            ])
        { dryRun, output };
        command.SetAction((parsed, cancellation) => parsed.GetValue(dryRun)
            ? ShowAsync(context, parsed, parsed.Format(output), cancellation)
            : RestoreAsync(context, parsed, parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> ShowAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.DiffAsync(cancellation);
        if (!answer.TryGet(out var differences, out var failure))
            return context.Report(failure);
        var missing = LedgerObjectTable.Sorted(differences.Where(static difference => difference.Change is "missing").Select(static difference => difference.Object));
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, missing, ControlJsonContext.Default.ListLedgerObject);
        else if (missing.Count > 0)
            LedgerObjectTable.Write(context.Console, missing, wide: format is OutputFormat.Wide);
        context.Console.WriteNote(missing.Count == 0 ? "Nothing is missing: nothing would be restored." : $"Would restore {missing.Count}; nothing was changed (dry run).");
        return ExitCodes.Ok;
    }

    private static async Task<int> RestoreAsync(CliContext context, ParseResult parsed, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        var answer = await client.RestoreAsync(cancellation);
        if (!answer.TryGet(out var report, out var failure))
            return context.Report(failure);
        if (format.IsForPrograms())
        {
            StructuredOutput.Write(context.Console, format, report, ControlJsonContext.Default.RestoreReport);
        }
        else
        {
            context.Console.WriteLine(report.Missing == 0 ? "Nothing was missing." : $"Restored {report.Restored} of {report.Missing} missing objects.");
            if (report.NotRestorable.Count > 0)
            {
                var table = new TextTable(new TextColumn("NOT RESTORABLE", Flexible: true), new TextColumn("REASON", Flexible: true));
                foreach (var (item, reason) in report.NotRestorable)
                    table.Add(item, reason);
                table.Write(context.Console);
            }
        }

        return report.NotRestorable.Count == 0 && report.Restored >= report.Missing ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
