using System.CommandLine;
using System.Globalization;
using NodeGuard.Cli.Fleet.Reports;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Output;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard plan` and `nodeguard explain`: what starts now and later, and why not the others.</summary>
internal sealed class PlanCommand(CliContext context)
{
    private static readonly TimeSpan FarthestForecast = TimeSpan.FromDays(400);

    private readonly FleetQuestion _question = new(context);

    private readonly Option<string?> _at = new("--at") { Description = "as if it were this time (RFC 3339)", HelpName = "time" };

    private readonly Option<string?> _until = new("--until")
    {
        Description = "forecast what starts until then, as a duration (14d, 12h) or a time (RFC 3339): starts, a calendar, and which nodes miss their deadline",
        HelpName = "time",
    };

    public static Command Plan(CliContext context) => new PlanCommand(context).BuildPlan();

    public static Command Explain(CliContext context) => new PlanCommand(context).BuildExplain();

    private GuidedCommand BuildPlan()
    {
        var command = new GuidedCommand(
            "plan", "For every node: what happens next, or the one reason why nothing does. Made here, from what you may read; nothing is written.",
            [
                new("nodeguard plan", "now"),
                new("nodeguard plan --at 2026-12-24T22:00:00Z", "in a window to come"),
                new("nodeguard plan --until 14d", "two weeks: starts, a calendar, and what would be late"),
                new("nodeguard plan -o json | jq -r '.nodes[] | select(.startsNow) | .node'", "for scripts"),
            ], Exits())
        { _at, _until };
        _question.AddTo(command, watches: true);
        command.Validators.Add(Check);
        command.SetAction((parsed, cancellation) =>
        {
            DateTimeOffset? at = Time(parsed.GetValue(_at));
            return _question.AnswerAsync(parsed, at, new FleetAnswer<PlanReport, OutlookReport>
            {
                Make = (_, look, _) => Task.FromResult<(PlanReport?, string?)>(
                    (PlanReports.Of(look, Until(parsed.GetValue(_until), look.At), context.Console.Time.LocalTimeZone), null)),
                Draw = PlanText.Write,
                Json = FleetJson.Default.PlanReport,
                Facts = PlanText.Facts,
                Elements = static report => report.Nodes.Select(static node => KeyValuePair.Create(node.Node, node)),
                ElementJson = FleetJson.Default.OutlookReport,
            }, cancellation);
        });
        return command;
    }

    private void Check(System.CommandLine.Parsing.CommandResult result)
    {
        string? at = result.GetValue(_at);
        if (at is not null && Time(at) is null)
            result.AddError($"--at is \"{at}\"; write a time such as 2026-12-24T22:00:00Z");
        if (result.GetValue(_until) is { } until)
        {
            DateTimeOffset from = Time(at) ?? context.Console.Time.GetUtcNow();
            DateTimeOffset? end = Until(until, from);
            if (end is null)
                result.AddError($"--until is \"{until}\"; write a duration such as 14d or 12h, or a time such as 2026-12-24T22:00:00Z");
            else if (end <= from || end - from > FarthestForecast)
                result.AddError($"--until is \"{until}\"; it must lie after {from:yyyy-MM-ddTHH:mm:ssZ}, by 400 days at most");
        }

        if (_question.Watches(result) && (at is not null || result.GetValue(_until) is not null))
            result.AddError("--watch shows the plan as it is now; it goes with neither --at nor --until");
    }

    private GuidedCommand BuildExplain()
    {
        var node = new Argument<string>("node") { Description = "the name of a node" };
        var command = new GuidedCommand(
            "explain", "Why is this node recycled, or why not?", [new("nodeguard explain worker-1", "one node")], Exits()) { node };
        _question.AddTo(command, watches: false);
        command.SetAction((parsed, cancellation) => _question.AnswerAsync(parsed, at: null, new FleetAnswer<OutlookReport, OutlookReport>
        {
            Make = (_, look, _) => Task.FromResult(One(look, parsed.GetValue(node)!)),
            Draw = PlanText.WriteOne,
            Json = FleetJson.Default.OutlookReport,
            Facts = static outlook => [new(outlook.Node, outlook.Obstacle?.Message ?? "it starts now")],
            Elements = static outlook => [new(outlook.Node, outlook)],
            ElementJson = FleetJson.Default.OutlookReport,
        }, cancellation));
        return command;
    }

    private static (OutlookReport?, string?) One(FleetLook look, string name) =>
        look.Plan.Outlooks.FirstOrDefault(outlook => outlook.Node.Name == name) is { } found
            ? (OutlookReport.Of(found), null)
            : (null, $"there is no node \"{name}\" in this cluster; see kubectl get nodes");

    private static ExitStatus[] Exits() =>
        [new(ExitCodes.Ok, "printed"), new(ExitCodes.Failed, "the cluster could not be read"), CommonExits.Usage, new(ExitCodes.Interrupted, "interrupted")];

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    private static DateTimeOffset? Until(string? text, DateTimeOffset from) => text is null
        ? null
        : DurationOption.TryParse(text, out TimeSpan span) ? (span <= FarthestForecast * 2 ? from + span : DateTimeOffset.MaxValue) : Time(text);
}
