using NodeGuard.Controller.Fleet;
using NodeGuard.Core.Fleet.Freezes;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>What came of the updates that the controller has asked for.</summary>
internal static class UpdateReading
{
    /// <summary>Those that have succeeded.</summary>
    public static IReadOnlyList<UpdatedNode> Updated(ClusterView view) =>
    [
        .. view.Recycles.Objects
            .Where(static recycle => recycle.Status?.Replacement?.Updates is not null && RecycleReading.Phase(recycle) == RecyclePhase.Succeeded)
            .Select(static recycle => new UpdatedNode(
                RecycleReading.NodeUid(recycle), recycle.Status!.Node?.Policy ?? string.Empty, recycle.Status.FinishedAt ?? DateTimeOffset.MaxValue,
                PendingReading.Read(recycle.Status.Replacement!.Updates))),
    ];

    /// <summary>Those after which the node was not what it had been; an update that was asked for may have changed packages, whatever was told.</summary>
    public static IReadOnlyList<FailedUpdate> Failed(ClusterView view) =>
    [
        .. view.Recycles.Objects
            .Where(static recycle => recycle.Status?.Replacement is { Updates: not null, RequestedAt: not null } && RecycleReading.Phase(recycle) == RecyclePhase.Failed)
            .Select(static recycle => new FailedUpdate(
                recycle.Metadata.Name ?? string.Empty, recycle.Spec?.NodeName ?? string.Empty, recycle.Status!.FinishedAt ?? DateTimeOffset.UnixEpoch,
                PendingReading.Read(recycle.Status.Replacement!.Updates), recycle.Status.Message ?? string.Empty)),
    ];

    /// <summary>
    /// What failed where a freeze stands because of it: as long as nobody has looked, no other policy and no request of a person
    /// brings the same version to another node.
    /// </summary>
    public static IReadOnlyList<HaltedVersion> Halted(ClusterView view)
    {
        var halted = new List<HaltedVersion>();
        bool fleet = view.Fleets.Objects.Any(static fleet => fleet.Status?.Freeze?.Cause == FreezeRules.SamePackages);
        foreach (NodeRecycle recycle in view.Recycles.Objects)
        {
            if (recycle.Status?.Replacement is not { Updates: { } updates, RequestedAt: not null } || RecycleReading.Phase(recycle) != RecyclePhase.Failed)
                continue;
            NodePolicyStatus? policy = view.Policy(recycle.Status.Node?.Policy)?.Status;
            if (!fleet && (policy?.Freeze is null || recycle.Status.FinishedAt <= SlotBook.LiftedAt(policy.Conditions)))
                continue;
            halted.AddRange(PendingReading.Read(updates).Select(package => new HaltedVersion(
                package, $"NodeRecycle {recycle.Metadata.Name} of node {recycle.Spec?.NodeName} failed, and policy {recycle.Status.Node?.Policy} is frozen")));
        }

        return halted;
    }
}
