using System.CommandLine;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard history`: the recycles that have ended.</summary>
internal sealed class HistoryCommand
{
    private readonly CliContext _context;
    private readonly FleetQuestion _question;
    private readonly Argument<string?> _node = new("node") { Description = "only this node, under its old or its new name", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string> _policy = new("--policy") { Description = "only those of this NodePolicy", HelpName = "name" };
    private readonly Option<TimeSpan?> _since = DurationOption.Optional("--since", "only those that ended this long ago or less, such as 24h or 7d", days: true);
    private readonly Option<string> _phase = new("--phase") { Description = "only those that ended so" };
    private readonly Option<bool> _failed = new("--failed") { Description = "the same as --phase Failed" };

    private HistoryCommand(CliContext context)
    {
        _context = context;
        _question = new FleetQuestion(context);
        _phase.AcceptOnlyFromAmong(nameof(RecyclePhase.Succeeded), nameof(RecyclePhase.Failed), nameof(RecyclePhase.Cancelled));
    }

    public static Command Create(CliContext context) => new HistoryCommand(context).Build();

    private GuidedCommand Build()
    {
        var command = new GuidedCommand(
            "history",
            "The recycles that have ended, the newest first: which node, its successor, why, who asked, how long, and how it ended. The controller keeps them for the Fleet's spec.history.keep.",
            [
                new("nodeguard history --since 24h", "the last day"),
                new("nodeguard history worker-1", "one node"),
                new("nodeguard history --failed -o json | jq -r '.recycles[].message'", "what went wrong, for scripts"),
            ],
            [new(ExitCodes.Ok, "printed"), new(ExitCodes.Failed, "the cluster could not be read"), CommonExits.Usage, new(ExitCodes.Interrupted, "interrupted")])
        { _node, _policy, _since, _phase, _failed };
        _question.AddTo(command, watches: true);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_failed) && result.GetValue(_phase) is { } phase && phase != nameof(RecyclePhase.Failed))
                result.AddError($"--failed and --phase {phase} exclude each other");
        });
        command.SetAction((parsed, cancellation) => _question.AnswerAsync(parsed, at: null, new FleetAnswer<HistoryReport, RecycleReport>
        {
            Make = (_, look, _) => Task.FromResult<(HistoryReport?, string?)>((Of(look, parsed), null)),
            Draw = (console, report, wide) =>
            {
                if (report.Recycles.Count > 0)
                    HistoryText.Write(console, report, wide);
                else
                    _context.Console.WriteNote("No recycle has ended that fits.");
            },
            Json = FleetJson.Default.HistoryReport,
            Facts = HistoryText.Facts,
            Elements = static report => report.Recycles.Reverse().Select(static recycle => KeyValuePair.Create(recycle.Name, recycle)),
            ElementJson = FleetJson.Default.RecycleReport,
        }, cancellation));
        return command;
    }

    private HistoryReport Of(FleetLook look, ParseResult parsed)
    {
        string? node = parsed.GetValue(_node);
        string? policy = parsed.GetValue(_policy);
        string? phase = parsed.GetValue(_failed) ? nameof(RecyclePhase.Failed) : parsed.GetValue(_phase);
        DateTimeOffset? since = look.At - parsed.GetValue(_since);
        return new HistoryReport(
        [
            .. look.View.Recycles.Objects.Select(RecycleReport.Of)
                .Where(recycle => recycle.IsFinal
                    && (node is null || recycle.Node == node || recycle.Successor == node)
                    && (policy is null || recycle.Policy == policy)
                    && (phase is null || recycle.Phase == phase)
                    && !(recycle.FinishedAt < since))
                .OrderByDescending(static recycle => recycle.FinishedAt ?? recycle.RequestedAt).ThenBy(static recycle => recycle.Name, StringComparer.Ordinal),
        ]);
    }
}
