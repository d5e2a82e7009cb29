using NodeGuard.Cli.Output;
using NodeGuard.Cli.Terminal;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Cli.Fleet;

/// <summary>What the controller would make of a request, before it is made.</summary>
internal static class RecyclePreview
{
    /// <param name="method">Null: as the node's policy says.</param>
    public static async Task WriteAsync(CliConsole console, IKubeApi api, IReadOnlyList<Node> nodes, string? method, bool force, CancellationToken cancellation)
    {
        (FleetLook? look, string? failure) = await FleetLook.ReadAsync(api, at: null, console.Time, cancellation);
        if (look is null)
        {
            console.WriteNote($"what would happen could not be worked out: {failure!.Split('\n')[0]}");
            return;
        }

        var asked = nodes.Select((node, i) => new PlannedRecycle(
            $"(asked {i})", $"(asked {i})", node.Metadata.Name!, node.Metadata.Uid ?? string.Empty, [RecycleReason.Manual],
            Automatic: false, Waiting: true, force, look.At, Deadline: null));
        FleetPlan plan = FleetPlanner.Plan(look.State with { Recycles = [.. look.State.Recycles, .. asked] }, look.At);
        Dictionary<string, NodeOutlook> outlooks = plan.Outlooks.ToDictionary(static outlook => outlook.Node.Name);
        var table = new TextTable(new("NODE"), new("POLICY"), new("METHOD"), new("AGE", RightAligned: true), new("STARTS", Flexible: true));
        foreach (Node node in nodes)
        {
            if (!outlooks.TryGetValue(node.Metadata.Name!, out NodeOutlook? outlook))
                continue;
            Policy? policy = look.State.Policies.FirstOrDefault(policy => policy.Name == outlook.Policy);
            table.Add(
                outlook.Node.Name, outlook.Policy, method ?? policy?.Method.ToString(), TimeText.Age(outlook.Node.BornAt, console.Time),
                outlook.Obstacle is { } obstacle ? new TextCell($"later: {obstacle.Message}", Tone.Warning) : new TextCell("at once", Tone.Good));
        }

        table.Write(console);
    }
}
