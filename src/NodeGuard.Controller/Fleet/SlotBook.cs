using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Fleet;

/// <summary>
/// The slots in the status of the one Fleet. They are decided upon as read and written back on top of that version: of two
/// controllers that decide at once, one is refused (Invariant 5).
/// </summary>
internal sealed class SlotBook(IKubeApi api)
{
    private static readonly ObjectName Place = new(string.Empty, FleetKeys.FleetName);

    /// <summary>The Fleet by the server's own word; made, with its defaults, where there is none.</summary>
    public async Task<ApiResult<FleetObject>> ReadAsync(CancellationToken cancellation)
    {
        ApiResult<FleetObject> read = await api.GetAsync(ResourceTypes.Fleets, Place, cancellation);
        if (read is not ApiResult<FleetObject>.Failed { Failure.Kind: ApiFailureKind.NotFound })
            return read;
        var made = new FleetObject { Metadata = new ObjectMeta { Name = FleetKeys.FleetName }, Spec = new FleetSpec() };
        return await api.CreateAsync(ResourceTypes.Fleets, made, new WriteOptions(ControllerNames.FieldManager), cancellation);
    }

    /// <summary>Slots that are given back, by the rules of <see cref="SlotRelease"/>.</summary>
    public async Task<List<FleetSlot>> KeptAsync(FleetObject fleet, ClusterView view, CancellationToken cancellation)
    {
        Dictionary<string, NodeRecycle> recycles = view.Recycles.Objects.ToDictionary(static recycle => recycle.Metadata.Uid ?? string.Empty);
        DateTimeOffset? lifted = LiftedAt(fleet.Status?.Conditions);
        var kept = new List<FleetSlot>();
        foreach (FleetSlot slot in fleet.Status?.Slots ?? [])
        {
            NodeRecycle? recycle = recycles.GetValueOrDefault(slot.RecycleUid ?? string.Empty);
            if (recycle is null ? !await IsGoneAsync(slot, view, cancellation) : !IsDue(slot, recycle, view, lifted))
                kept.Add(slot);
        }

        return kept;
    }

    // The cache may not know a recycle yet that was made a moment ago: only the server's word counts.
    private async Task<bool> IsGoneAsync(FleetSlot slot, ClusterView view, CancellationToken cancellation)
    {
        ApiResult<NodeRecycle> read = await api.GetAsync(ResourceTypes.NodeRecycles, new ObjectName(string.Empty, slot.Recycle ?? string.Empty), cancellation);
        bool gone = read is ApiResult<NodeRecycle>.Failed { Failure.Kind: ApiFailureKind.NotFound }
            || (read is ApiResult<NodeRecycle>.Ok { Value: var found } && found.Metadata.Uid != slot.RecycleUid);
        return gone && !IsMarked(slot, view);
    }

    public static FleetSlot SlotFor(RecycleStart start, NodeRecycle recycle, DateTimeOffset now) => new()
    {
        Recycle = recycle.Metadata.Name,
        RecycleUid = recycle.Metadata.Uid,
        Node = start.Node.Name,
        NodeUid = start.Node.Uid,
        Policy = start.Policy.Length > 0 ? start.Policy : null,
        Zone = start.Node.Zone.Length > 0 ? start.Node.Zone : null,
        ControlPlane = start.Node.IsControlPlane,
        WasUnavailable = start.WasUnavailable ? true : null,
        Attempt = RecycleReading.Attempts(recycle) + 1,
        Since = now,
    };

    /// <summary>When the last freeze was lifted; null when there was none.</summary>
    public static DateTimeOffset? LiftedAt(List<Condition>? conditions) =>
        conditions?.Find(static condition => condition is { Type: FleetConditions.Frozen, Status: "False" })?.LastTransitionTime;

    private static bool IsMarked(FleetSlot slot, ClusterView view) =>
        view.Node(slot.Node ?? string.Empty) is { } node && node.Uid == slot.NodeUid && NodeMark.Stands(node, slot.RecycleUid ?? string.Empty);

    /// <summary>It was taken for a node that was unavailable, which is back, without a mark of ours: it is no room for that (Invariant 5).</summary>
    public static bool CameBack(FleetSlot? slot, SeenNode? node) =>
        slot is { WasUnavailable: true } && node is not null && node.Uid == slot.NodeUid
        && !NodeMark.Stands(node, slot.RecycleUid ?? string.Empty) && FleetReading.IsAvailable(node);

    private static bool IsDue(FleetSlot slot, NodeRecycle recycle, ClusterView view, DateTimeOffset? fleetLifted)
    {
        RecyclePhase? phase = RecycleReading.Phase(recycle);
        if (phase == RecyclePhase.Pending)
            return ((slot.Attempt ?? 1) <= RecycleReading.Attempts(recycle) && !IsMarked(slot, view)) || CameBack(slot, view.Node(slot.Node ?? string.Empty));
        if (phase is null)
            return false;
        DateTimeOffset? lifted = LiftedAt(view.Policy(recycle.Status?.Node?.Policy)?.Status?.Conditions);
        return SlotRelease.IsDue(
            phase,
            nodeExists: view.Node(slot.Node ?? string.Empty)?.Uid == slot.NodeUid,
            acted: recycle.Status?.Replacement?.RequestedAt is not null,
            acknowledged: recycle.Status?.FinishedAt < lifted || recycle.Status?.FinishedAt < fleetLifted,
            undone: recycle.Metadata.Finalizers?.Contains(FleetKeys.UndoFinalizer) != true);
    }
}
