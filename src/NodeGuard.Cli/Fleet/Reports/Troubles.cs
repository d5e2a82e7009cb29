using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>The nodes that somebody should look at, and why; a node that is being recycled is looked after already.</summary>
internal static class Troubles
{
    /// <summary>Twice the time after which an agent gives a sign of life.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);

    /// <summary>By their urgency, then by name.</summary>
    public static IReadOnlyList<TroubleReport> Of(FleetLook look)
    {
        HashSet<string> coming = [.. look.View.Recycles.Objects.Select(RecycleReport.Of).Where(static recycle => !recycle.IsFinal).Select(static recycle => recycle.Successor).OfType<string>()];
        return
        [
            .. look.Plan.Outlooks.Where(outlook => !coming.Contains(outlook.Node.Name)).SelectMany(outlook => Of(look, outlook))
                .OrderBy(static trouble => trouble.Kind).ThenBy(static trouble => trouble.Node, StringComparer.Ordinal),
        ];
    }

    private static IEnumerable<TroubleReport> Of(FleetLook look, NodeOutlook outlook)
    {
        FleetNode node = outlook.Node;
        TroubleReport One(TroubleKind kind, string message, DateTimeOffset? since = null) =>
            new(node.Name, outlook.Policy.Length == 0 ? null : outlook.Policy, kind, message, since);
        if (node.RoutesLost)
            yield return One(TroubleKind.RoutesLost, "its agent reports routes that are lost and do not come back");
        if (node.Hazard == HazardState.Hazard)
            yield return One(TroubleKind.UpdateHazard, node.HazardReason);
        ObstacleKind? obstacle = outlook.Obstacle?.Kind;
        if (obstacle is ObstacleKind.InProgress or ObstacleKind.Leaving)
            yield break;
        if (!node.Ready)
            yield return One(TroubleKind.NotReady, "it is not Ready", node.ReadySince);
        if (outlook.Deadline <= look.At)
            yield return One(TroubleKind.Overdue, outlook.Obstacle is { } why ? $"it is overdue: {why.Message}" : "it is overdue, and starts now", outlook.Deadline);
        if (obstacle == ObstacleKind.Conflict)
            yield return One(TroubleKind.Conflict, outlook.Obstacle!.Message);
        if (node.RestsUntil > look.At)
            yield return One(TroubleKind.RecycleFailed, $"its recycle failed; not tried again before {node.RestsUntil.Value.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        if (look.View.Agent(node.Name) is { Heartbeat: { } heartbeat } agent && agent.NodeUid == node.Uid && look.At - heartbeat > Silence)
            yield return One(TroubleKind.AgentSilent, "its agent writes no more", heartbeat);
        if (node.CordonedByOthers)
            yield return One(TroubleKind.Cordoned, "somebody has cordoned it");
    }
}
