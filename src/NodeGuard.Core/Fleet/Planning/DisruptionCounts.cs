using System.Runtime.InteropServices;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>How many nodes of each scope (the fleet, a policy, their zones) there are, and how many are unavailable for any cause.</summary>
internal sealed class DisruptionCounts
{
    private const string Fleet = "";

    private readonly Dictionary<(string Policy, string? Zone), Count> _scopes = [];
    private readonly HashSet<string> _counted = [];
    private int _controlPlaneAway;
    private int _etcdMembers;
    private int _etcdAway;

    /// <param name="policyOf">Empty for nodes without one policy.</param>
    public DisruptionCounts(FleetState state, FleetIndex index, Func<FleetNode, string> policyOf)
    {
        var slotted = state.Slots.Select(static slot => slot.NodeUid).ToHashSet();
        HashSet<string> covered = Successors(state, index.Orphaned, policyOf);
        var withControlPlane = new HashSet<string>();
        foreach (FleetNode node in state.Nodes)
        {
            bool held = slotted.Contains(node.Uid);
            Add(policyOf(node), node, held || (!node.IsAvailable && !covered.Contains(node.Uid)), held);
            if (node.IsControlPlane)
                withControlPlane.Add(policyOf(node));
        }

        // The machine is gone and its successor has not proved well: it is away until the slot is given back.
        foreach (Slot slot in index.Orphaned)
        {
            foreach (var scope in Scopes(slot.Policy, slot.Zone))
                At(scope).Take(wasAway: false);
            _controlPlaneAway += slot.ControlPlane ?? withControlPlane.Contains(slot.Policy) ? 1 : 0;
        }
    }

    public int Population(string policy) => At((policy, null)).Nodes;

    public int Away(string policy) => At((policy, null)).Away;

    /// <summary>The budget that one more disruption of this node would break; null when all hold.</summary>
    /// <remarks>A node that is away already costs no more of what is available; slots are still never more than the budget.</remarks>
    public Obstacle? Refuse(FleetNode node, Policy? policy, DisruptionBudget fleet)
    {
        bool away = _counted.Contains(node.Uid);
        return Quorum(node, away)
            ?? Over(Fleet, null, fleet.MaxUnavailable, ObstacleKind.FleetBudget, away)
            ?? (policy is null ? null : Over(policy.Name, null, policy.Budget.MaxUnavailable, ObstacleKind.PolicyBudget, away))
            ?? (node.Zone.Length == 0 ? null : Zones(node.Zone, policy, fleet, away));
    }

    public void Take(FleetNode node, string policy)
    {
        bool wasAway = !_counted.Add(node.Uid);
        foreach (var scope in Scopes(policy, node.Zone))
            At(scope).Take(wasAway);
        _controlPlaneAway += node.IsControlPlane && !wasAway ? 1 : 0;
        _etcdAway += node.IsEtcdMember && !wasAway ? 1 : 0;
    }

    private Obstacle? Zones(string zone, Policy? policy, DisruptionBudget fleet, bool away)
    {
        Obstacle? ofFleet = fleet.MaxPerZone is { } all ? Over(Fleet, zone, all, ObstacleKind.ZoneBudget, away) : null;
        return ofFleet
            ?? (policy?.Budget.MaxPerZone is { } own ? Over(policy.Name, zone, own, ObstacleKind.ZoneBudget, away) : null);
    }

    // A node that is not ready may still run its member of etcd, and its control plane: to disrupt it is to disrupt them.
    private Obstacle? Quorum(FleetNode node, bool away)
    {
        int well = _etcdMembers - _etcdAway - (away ? 0 : 1);
        int quorum = (_etcdMembers / 2) + 1;
        if (node.IsEtcdMember && well < quorum)
            return new Obstacle(ObstacleKind.EtcdQuorum, $"{_etcdMembers - _etcdAway} of {_etcdMembers} members are well, {well} would be left, and {quorum} are needed");
        int others = _controlPlaneAway - (away ? 1 : 0);
        return node.IsControlPlane && others > 0 ? new Obstacle(ObstacleKind.ControlPlane, $"{others} unavailable") : null;
    }

    private Obstacle? Over(string policy, string? zone, Units.CountOrPercent limit, ObstacleKind kind, bool away)
    {
        Count count = At((policy, zone));
        int allowed = limit.UnavailableOf(count.Nodes);
        return (away ? count.Slots : count.Away) < allowed ? null : new Obstacle(kind, $"{count.Away} of {count.Nodes} nodes{(zone is null ? "" : $" in zone {zone}")} unavailable, {allowed} allowed");
    }

    /// <summary>Nodes that are on their way to take the place of one whose slot is held: one disruption counts once.</summary>
    private static HashSet<string> Successors(FleetState state, IReadOnlyList<Slot> orphaned, Func<FleetNode, string> policyOf)
    {
        List<Slot> open = [.. orphaned];
        var covered = new HashSet<string>();
        if (open.Count == 0)
            return covered;
        foreach (FleetNode node in state.Nodes.Where(static node => !node.Ready && !node.Cordoned && node.LeavingBecause is null))
        {
            int slot = open.FindIndex(slot => slot.Policy == policyOf(node) && slot.Since < node.BornAt && (slot.Zone.Length == 0 || slot.Zone == node.Zone));
            if (slot < 0)
                continue;
            open.RemoveAt(slot);
            covered.Add(node.Uid);
        }

        return covered;
    }

    private void Add(string policy, FleetNode node, bool away, bool held)
    {
        foreach (var scope in Scopes(policy, node.Zone))
        {
            Count count = At(scope);
            count.Nodes++;
            count.Away += away ? 1 : 0;
            count.Slots += held ? 1 : 0;
        }

        _etcdMembers += node.IsEtcdMember ? 1 : 0;
        if (!away)
            return;
        _counted.Add(node.Uid);
        _controlPlaneAway += node.IsControlPlane ? 1 : 0;
        _etcdAway += node.IsEtcdMember ? 1 : 0;
    }

    private static IEnumerable<(string Policy, string? Zone)> Scopes(string policy, string zone)
    {
        yield return (Fleet, null);
        if (policy.Length > 0)
            yield return (policy, null);
        if (zone.Length == 0)
            yield break;
        yield return (Fleet, zone);
        if (policy.Length > 0)
            yield return (policy, zone);
    }

    private Count At((string Policy, string? Zone) scope) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_scopes, scope, out _) ??= new Count();

    private sealed class Count
    {
        public int Nodes { get; set; }

        public int Away { get; set; }

        public int Slots { get; set; }

        public void Take(bool wasAway)
        {
            Slots++;
            Away += wasAway ? 0 : 1;
        }
    }
}
