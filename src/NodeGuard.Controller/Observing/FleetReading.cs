using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>The cluster as the planner takes it.</summary>
public static class FleetReading
{
    private const string ControlPlane = "node-role.kubernetes.io/control-plane";
    private const string Etcd = "node-role.kubernetes.io/etcd";

    /// <summary>Taints by which others say that a node goes away.</summary>
    private static readonly string[] LeavingTaints = ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"];

    /// <param name="fleet">Freshly read: its slots are what a start is checked against.</param>
    public static FleetState StateOf(ClusterView view, FleetObject fleet)
    {
        var active = new Dictionary<string, NodeRecycle>();
        foreach (NodeRecycle recycle in view.Recycles.Objects)
            active[RecycleReading.CordonId(recycle)] = recycle;
        bool ownEtcdRole = view.Nodes.Objects.Any(static node => node.Labels.ContainsKey(Etcd));
        ILookup<string, NodeRecycle> failures = view.Recycles.Objects
            .Where(static recycle => RecycleReading.Phase(recycle) == RecyclePhase.Failed).ToLookup(RecycleReading.NodeUid);
        ILookup<string, FleetSlot> slots = (fleet.Status?.Slots ?? []).ToLookup(static slot => slot.RecycleUid ?? string.Empty);
        DisruptionBudget budget = PolicyReading.BudgetOf(fleet.Spec, out string? problem);
        return new FleetState
        {
            Nodes = [.. view.Nodes.Objects.Select(node => NodeOf(node, view.Heard(node), active, ownEtcdRole, failures))],
            Policies = [.. view.Policies.Objects.Select(policy => PolicyReading.Of(policy, ExpectedDurations.Of(policy.Metadata.Name ?? "", view.Recycles.Objects)))],
            Recycles = [.. view.Recycles.Objects.Where(static recycle => RecycleReading.Phase(recycle) is { } phase && !phase.IsFinal()).Select(recycle => RecycleReading.Planned(recycle, slots))],
            Slots = [.. (fleet.Status?.Slots ?? []).Select(SlotOf)],
            Starts = [.. view.Recycles.Objects.Where(static recycle => recycle.Status?.StartedAt is not null).Select(StartOf)],
            Updated = UpdateReading.Updated(view),
            Halted = UpdateReading.Halted(view),
            Paused = fleet.Spec?.Paused ?? false,
            FrozenBecause = fleet.Status?.Freeze?.Message ?? (problem is null ? null : $"the Fleet cannot be used: {problem}"),
            Budget = budget,
        };
    }

    /// <summary>It takes pods, and will go on doing so.</summary>
    internal static bool IsAvailable(SeenNode node) => node is { IsReady: true, Draining.Unschedulable: false } && Leaving(node) is null;

    private static FleetNode NodeOf(
        SeenNode node, SeenAgent? heard, Dictionary<string, NodeRecycle> active, bool ownEtcdRole, ILookup<string, NodeRecycle> failures)
    {
        bool controlPlane = node.Labels.ContainsKey(ControlPlane);
        return new FleetNode
        {
            Name = node.Name,
            Uid = node.Uid,
            Labels = node.Labels,
            Zone = node.Zone,
            BornAt = node.BornAt,
            Ready = node.IsReady,
            ReadySince = node.ReadySince,
            Cordoned = node.Draining.Unschedulable,
            CordonedByOthers = node.Draining.Unschedulable && !IsOurs(node, active),
            LeavingBecause = Leaving(node),
            ExcludedBy = Excluded(node.Draining.Annotations),
            IsControlPlane = controlPlane,
            IsEtcdMember = ownEtcdRole ? node.Labels.ContainsKey(Etcd) : controlPlane,
            Image = heard?.Image,
            Drift = heard?.Drift ?? DriftState.Unknown,
            RebootRequired = heard?.RebootRequired,
            Pending = heard?.Pending,
            Interrupted = heard?.Interrupted ?? false,
            Hazard = heard?.Hazard ?? HazardState.Unknown,
            HazardReason = heard?.HazardReason ?? string.Empty,
            RoutesLost = heard?.Routes == RouteState.Lost,
            RestsUntil = failures[node.Uid].Max(static failed => failed.Status?.FinishedAt + RecycleReading.Rest(RecycleReading.Attempts(failed))),
        };
    }

    private static bool IsOurs(SeenNode node, Dictionary<string, NodeRecycle> active) =>
        node.Draining.Annotations.GetValueOrDefault(DrainKeys.CordonedBy) is { } id
        && active.ContainsKey(id)
        && CordonDecision.Owner(node.Draining, id) is CordonOwner.Us or CordonOwner.EarlierDrain;

    private static string? Leaving(SeenNode node)
    {
        if (node.Deleting)
            return "it is being deleted";
        return node.Draining.Taints.FirstOrDefault(static taint => LeavingTaints.Contains(taint.Key)) is { } taint ? $"it has the taint {taint.Key}" : null;
    }

    private static string? Excluded(IReadOnlyDictionary<string, string> annotations)
    {
        foreach (string key in (ReadOnlySpan<string>)[FleetKeys.Exclude, DrainKeys.KarpenterDoNotDisrupt])
        {
            if (annotations.GetValueOrDefault(key) == "true")
                return $"annotation {key}";
        }

        return null;
    }

    private static Slot SlotOf(FleetSlot slot) => new(
        slot.Recycle ?? string.Empty, slot.RecycleUid ?? string.Empty, slot.Node ?? string.Empty, slot.NodeUid ?? string.Empty,
        slot.Policy ?? string.Empty, slot.Zone ?? string.Empty, slot.Since ?? DateTimeOffset.UnixEpoch, slot.ControlPlane);

    private static PastStart StartOf(NodeRecycle recycle) => new(
        recycle.Status?.Node?.Policy ?? recycle.Spec?.Policy ?? string.Empty,
        recycle.Status!.StartedAt!.Value,
        RecycleReading.Reasons(recycle) is [RecycleReason.Age]);
}
