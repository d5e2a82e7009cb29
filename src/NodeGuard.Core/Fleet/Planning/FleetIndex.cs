using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>One reading of the cluster, by the questions that planning asks again and again.</summary>
internal sealed class FleetIndex
{
    private readonly HashSet<string> _living;
    private readonly Dictionary<string, PlannedRecycle> _running = [];
    private readonly Dictionary<string, PlannedRecycle> _runningByUid = [];
    private readonly Dictionary<string, List<PlannedRecycle>> _waiting = [];

    public FleetIndex(FleetState state)
    {
        _living = [.. state.Nodes.Select(static node => node.Uid)];
        foreach (PlannedRecycle recycle in state.Recycles)
        {
            if (!recycle.Waiting)
                _running[recycle.Node] = _runningByUid[recycle.Uid] = recycle;
            else if (_waiting.TryGetValue(recycle.Node, out var others))
                others.Add(recycle);
            else
                _waiting.Add(recycle.Node, [recycle]);
        }

        Orphaned = [.. state.Slots.Where(slot => !_living.Contains(slot.NodeUid))];
    }

    /// <summary>Slots whose node is gone, and whose successor has not proved well.</summary>
    public IReadOnlyList<Slot> Orphaned { get; }

    /// <summary>The recycle that is disrupting the node of this name; null when none is.</summary>
    public PlannedRecycle? RunningOn(string node) => _running.GetValueOrDefault(node);

    /// <summary>The request that a waiting recycle makes for the node: a person's before our own, the oldest first.</summary>
    public PlannedRecycle? RequestFor(FleetNode node) => !_waiting.TryGetValue(node.Name, out var requests)
        ? null
        : requests.Where(request => request.NodeUid.Length == 0 || request.NodeUid == node.Uid)
            .OrderBy(static request => request.Automatic).ThenBy(static request => request.RequestedAt).ThenBy(static request => request.Name, StringComparer.Ordinal)
            .FirstOrDefault();

    /// <summary>Nodes of the policy that went for their image, and whose successors have not proved to have it.</summary>
    public int GoneForImage(string policy) => Orphaned.Count(slot => slot.Policy == policy
        && (!_runningByUid.TryGetValue(slot.RecycleUid, out PlannedRecycle? recycle) || recycle.Reasons.Contains(RecycleReason.Image)));
}
