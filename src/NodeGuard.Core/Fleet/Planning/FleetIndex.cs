using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>One reading of the cluster, by the questions that planning asks again and again.</summary>
internal sealed class FleetIndex
{
    private readonly HashSet<string> _living;
    private readonly Dictionary<string, PlannedRecycle> _running = [];
    private readonly Dictionary<string, PlannedRecycle> _runningByUid = [];
    private readonly Dictionary<string, List<PlannedRecycle>> _waiting = [];
    private readonly Dictionary<string, PlannedRecycle> _bySuccessor = [];
    private readonly Dictionary<string, (PlannedRecycle Recycle, DateTimeOffset Since)> _awaiting = [];

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
        foreach (PlannedRecycle running in _running.Values.Where(static running => running.SuccessorUid.Length > 0))
            _bySuccessor[running.SuccessorUid] = running;
        foreach (Slot slot in Orphaned)
        {
            if (_runningByUid.GetValueOrDefault(slot.RecycleUid) is { SuccessorUid.Length: 0 } running
                && !(_awaiting.TryGetValue(slot.Policy, out var earlier) && earlier.Since <= slot.Since))
                _awaiting[slot.Policy] = (running, slot.Since);
        }
    }

    /// <summary>Slots whose node is gone, and whose successor has not proved well.</summary>
    public IReadOnlyList<Slot> Orphaned { get; }

    /// <summary>The recycle that is disrupting the node of this name; null when none is.</summary>
    public PlannedRecycle? RunningOn(string node) => _running.GetValueOrDefault(node);

    /// <summary>
    /// The running recycle for which the node has to prove itself, or may have to: nobody can tell yet whose successor a node
    /// is that has joined since a machine of its policy went. Null when none.
    /// </summary>
    public PlannedRecycle? ProvingFor(FleetNode node, string policy) => _bySuccessor.GetValueOrDefault(node.Uid)
        ?? (_awaiting.TryGetValue(policy, out var awaiting) && node.BornAt >= awaiting.Since ? awaiting.Recycle : null);

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
