using System.CommandLine;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Cli.Commands;

/// <summary>`nodeguard updates history [ID]`: the updates that NodeGuard ran on this host, and what apt did whoever asked it.</summary>
public static class UpdatesHistoryCommand
{
    public static Command Create(CliContext context)
    {
        var id = new Argument<string?>("ID") { Description = "one of them, with its packages and the end of its log", Arity = ArgumentArity.ZeroOrOne };
        var output = OutputOption.Create();
        var command = new GuidedCommand(
            "history",
            "The updates that NodeGuard ran on this host, the newest first: who wanted them, what they changed and how they ended; then the last runs of apt, whoever began them.",
            [
                new("nodeguard updates history", "all that are kept"),
                new("nodeguard updates history 20261122-031500-9f3c", "one of them, with its log"),
                new("nodeguard updates history -o json | jq -r '.runs[0].phase'", "for scripts"),
            ],
            [
                new(ExitCodes.Ok, "printed"),
                new(ExitCodes.Failed, "there is none of this id, or a record could not be read"),
                .. CommonExits.OfAgentCommands,
            ])
        { id, output };
        command.SetAction((parsed, cancellation) => RunAsync(context, parsed, parsed.GetValue(id), parsed.Format(output), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(CliContext context, ParseResult parsed, string? id, OutputFormat format, CancellationToken cancellation)
    {
        using var client = context.Connect(parsed);
        if (!(await client.UpdateHistoryAsync(cancellation)).TryGet(out var history, out var failure))
            return context.Report(failure);
        if (id is not null)
            history = history with { Runs = [.. history.Runs.Where(run => run.Id == id)] };
        if (format.IsForPrograms())
            StructuredOutput.Write(context.Console, format, history, ControlJsonContext.Default.UpdateHistory);
        else if (id is null)
            WriteAll(context, history);
        else if (history.Runs is [var run])
            await WriteOneAsync(context, client, run, cancellation);
        if (history.Problem is { } problem)
            context.Console.WriteError(problem);
        if (id is not null && history.Runs.Count == 0)
            context.Console.WriteError($"no update {id} is known on this host; nodeguard updates history lists them");
        return history.Problem is null && (id is null || history.Runs.Count > 0) ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void WriteAll(CliContext context, UpdateHistory history)
    {
        UpdateRunReport.WriteList(context.Console, history.Runs);
        context.Console.WriteLine("");
        AptRunReport.WriteList(context.Console, history.Apt);
    }

    private static async Task WriteOneAsync(CliContext context, Control.ControlClient client, UpdateRun run, CancellationToken cancellation)
    {
        UpdateRunReport.Write(context.Console, run);
        if ((await client.UpdateLogAsync(run.Id, cancellation)).TryGet(out var log, out var failure))
            UpdateRunReport.WriteLog(context.Console, log.Text);
        else
            context.Console.WriteError(failure.Message);
    }
}
