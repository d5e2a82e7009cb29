using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Fleet;

/// <summary>One condition of a Node that is ours to write.</summary>
/// <param name="Status">True, False or Unknown.</param>
public sealed record NodeConditionValue(string Type, string Status, string Reason, string Message);

/// <summary>
/// What everybody can read on a Node: whether its routes are intact, whether an update would cut it off, and what is done to it, in the words that KEP-5683 gave to
/// Kubernetes 1.37.
/// </summary>
public static class NodeConditions
{
    public const string RoutesIntact = "NodeGuardRoutesIntact";
    public const string UpdateHazard = "NodeGuardUpdateHazard";
    public const string MaintenancePlanned = "MaintenancePlanned";
    public const string MaintenanceInProgress = "MaintenanceInProgress";
    public const string DrainInProgress = "DrainInProgress";
    public const string Drained = "Drained";

    private const string Idle = "NoRecycle";

    public static IReadOnlyList<string> Types { get; } = [RoutesIntact, UpdateHazard, MaintenancePlanned, MaintenanceInProgress, DrainInProgress, Drained];

    /// <param name="routes">What the node's own agent tells; null where none has ever written.</param>
    /// <param name="recycle">The name of the recycle that is about this very node and has not ended; null for none.</param>
    /// <param name="phase">Its phase.</param>
    /// <param name="drained">No pod that has to go is left.</param>
    public static IEnumerable<NodeConditionValue> Wanted(RouteState? routes, string? recycle, RecyclePhase phase, bool drained)
    {
        if (routes is { } state)
            yield return OfRoutes(state);
        bool active = recycle is not null && !phase.IsFinal();
        yield return Of(MaintenancePlanned, active && phase == RecyclePhase.Pending);
        yield return Of(MaintenanceInProgress, active && phase != RecyclePhase.Pending);
        yield return Of(DrainInProgress, active && phase == RecyclePhase.Draining);
        yield return Of(Drained, active && drained && phase is RecyclePhase.Acting or RecyclePhase.Verifying);

        NodeConditionValue Of(string type, bool holds) => active
            ? new(type, holds ? "True" : "False", phase.ToString(), $"NodeRecycle {recycle}")
            : new(type, "False", Idle, "no NodeRecycle of this node is under way");
    }

    /// <param name="hazard">What the node's own agent tells of the next update.</param>
    /// <param name="reason">The same in a sentence.</param>
    public static NodeConditionValue OfHazard(HazardState hazard, string reason) =>
        new(UpdateHazard, hazard switch { HazardState.Hazard => "True", HazardState.None => "False", _ => "Unknown" }, hazard.ToString(), reason);

    /// <summary>What has to be written. What never held is not written down as not holding: most nodes have nothing done to them.</summary>
    /// <param name="present">Status and reason by type, as the node has them.</param>
    public static IReadOnlyList<NodeConditionValue> Changes(IEnumerable<NodeConditionValue> wanted, Func<string, (string Status, string Reason)?> present) =>
        [.. wanted.Where(condition => present(condition.Type) is { } has
            ? has.Status != condition.Status || (condition.Type == RoutesIntact && has.Reason != condition.Reason)
            : condition.Status != "False" || condition.Type == RoutesIntact)];

    private static NodeConditionValue OfRoutes(RouteState state) => state switch
    {
        RouteState.Intact => new(RoutesIntact, "True", "Intact", "all routing rules and routes that should exist do"),
        RouteState.Restoring => new(RoutesIntact, "False", "Restoring", "routing rules or routes were deleted, and are being restored"),
        RouteState.Lost => new(RoutesIntact, "False", "Lost", "routing rules or routes that should exist do not: nodeguard routes diff on the node names them"),
        _ => new(RoutesIntact, "Unknown", "AgentUnknown", "the agent of this node has not told, since the boot that the kubelet tells of, whether its routes are intact"),
    };
}
