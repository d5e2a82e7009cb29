using System.CommandLine;
using System.Globalization;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Cli.Output;
using NodeGuard.Core.Fleet.Planning;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard plan` and `nodeguard explain`: what would start now, and why not the others.</summary>
internal sealed class PlanCommand(CliContext context)
{
    private readonly ClusterOptions _cluster = new();

    public static Command Plan(CliContext context) => new PlanCommand(context).BuildPlan();

    public static Command Explain(CliContext context) => new PlanCommand(context).BuildExplain();

    private GuidedCommand BuildPlan()
    {
        var at = new Option<string?>("--at") { Description = "as if it were this time (RFC 3339)", HelpName = "time" };
        var command = new GuidedCommand(
            "plan", "For every node: what happens next, or the one reason why nothing does. Made here, from what you may read; nothing is written.",
            [new("nodeguard plan", "now"), new("nodeguard plan --at 2026-12-24T22:00:00Z", "in a window to come")], Exits())
        { at };
        at.Validators.Add(result =>
        {
            if (result.GetValue(at) is { } text && Time(text) is null)
                result.AddError($"--at is \"{text}\"; write a time such as 2026-12-24T22:00:00Z");
        });
        _cluster.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (await LookAsync(parsed, Time(parsed.GetValue(at) ?? ""), cancellation) is not { } look)
                return ExitCodes.Failed;
            Print(look.Plan);
            return ExitCodes.Ok;
        });
        return command;
    }

    private GuidedCommand BuildExplain()
    {
        var node = new Argument<string>("node") { Description = "the name of a node" };
        var command = new GuidedCommand(
            "explain", "Why is this node recycled, or why not?", [new("nodeguard explain worker-1", "one node")], Exits()) { node };
        _cluster.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (await LookAsync(parsed, null, cancellation) is not { } look)
                return ExitCodes.Failed;
            string name = parsed.GetValue(node)!;
            if (look.Plan.Outlooks.FirstOrDefault(outlook => outlook.Node.Name == name) is not { } found)
            {
                context.Console.WriteError($"there is no node \"{name}\" in this cluster; see kubectl get nodes");
                return ExitCodes.Failed;
            }

            Tell(found);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static ExitStatus[] Exits() => [new(ExitCodes.Ok, "printed"), new(ExitCodes.Failed, "the cluster could not be read"), CommonExits.Usage];

    private async Task<FleetLook?> LookAsync(ParseResult parsed, DateTimeOffset? at, CancellationToken cancellation)
    {
        if (!context.TryReach(_cluster.Read(parsed), out ClusterAnswer.Access? access))
            return null;
        var (look, failure) = await FleetLook.ReadAsync(access.Api, at, context.Console.Time, cancellation);
        if (failure is not null)
            context.Console.WriteError(failure);
        return look;
    }

    private void Print(FleetPlan plan)
    {
        var table = new TextTable(
            new("NODE"), new("POLICY"), new("AGE"), new("DEADLINE"), new("REASONS"), new("NEXT"), new("WHY NOT NOW", Flexible: true));
        foreach (NodeOutlook outlook in plan.Outlooks.OrderBy(static outlook => outlook.Node.Name, StringComparer.Ordinal))
        {
            table.Add(
                outlook.Node.Name, outlook.Policy, TimeText.Age(outlook.Node.BornAt, context.Console.Time), Local(outlook.Deadline),
                string.Join(',', outlook.Reasons), outlook.Obstacle is null ? "now" : Local(outlook.Next), outlook.Obstacle?.Message);
        }

        table.Write(context.Console);
    }

    private void Tell(NodeOutlook outlook)
    {
        void Line(string name, string? value) => context.Console.WriteLine($"{name + ":",-12}{(string.IsNullOrEmpty(value) ? "-" : value)}");
        Line("Node", outlook.Node.Name);
        Line("Policy", outlook.Policy);
        Line("Age", TimeText.Age(outlook.Node.BornAt, context.Console.Time));
        Line("Image", outlook.Node.Image);
        Line("Ready", outlook.Node.Ready ? "yes" : "no");
        Line("Reasons", string.Join(", ", outlook.Reasons));
        Line("Deadline", Local(outlook.Deadline));
        Line("Next", outlook.Obstacle is null ? "it starts now" : Local(outlook.Next));
        Line("Why not now", outlook.Obstacle?.Message);
    }

    private string? Local(DateTimeOffset? time) => time is { } at ? TimeText.Local(at, context.Console.Time) : null;

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
