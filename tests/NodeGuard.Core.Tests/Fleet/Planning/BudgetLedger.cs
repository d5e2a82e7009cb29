using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Units;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Counts again, the slow and plain way, what may still be disrupted.</summary>
internal sealed class BudgetLedger
{
    private readonly FleetState _state;
    private readonly List<FleetNode> _started = [];

    public BudgetLedger(FleetState state) => _state = state;

    /// <summary>Null when every budget still holds; else the one that does not.</summary>
    public string? Start(RecycleStart start)
    {
        FleetNode node = start.Node;
        bool wasAway = IsAway(node);
        _started.Add(node);
        Policy? policy = _state.Policies.FirstOrDefault(policy => policy.Name == start.Policy);
        return Over("fleet", _state.Budget.MaxUnavailable, null, null, wasAway)
            ?? (node.Zone.Length == 0 ? null : Over("zone of fleet", _state.Budget.MaxPerZone, null, node.Zone, wasAway))
            ?? (policy is null ? null : Over("policy", policy.Budget.MaxUnavailable, policy, null, wasAway))
            ?? (policy is null || node.Zone.Length == 0 ? null : Over("zone of policy", policy.Budget.MaxPerZone, policy, node.Zone, wasAway))
            ?? ControlPlane(node);
    }

    private string? Over(string what, CountOrPercent? limit, Policy? policy, string? zone, bool wasAway)
    {
        if (limit is not { } allowed)
            return null;
        FleetNode[] nodes = [.. _state.Nodes.Where(node => (policy is null || Only(node) == policy.Name) && (zone is null || node.Zone == zone))];
        int most = allowed.IsPercent ? Math.Max(allowed.Number > 0 ? 1 : 0, (int)Math.Floor(nodes.Length * allowed.Number / 100.0)) : allowed.Number;
        Slot[] gone = [.. _state.Slots.Where(slot => (policy is null || slot.Policy == policy.Name) && (zone is null || slot.Zone == zone) && !_state.Nodes.Any(node => node.Uid == slot.NodeUid))];
        int slots = _started.Count(nodes.Contains) + nodes.Count(HasSlot) + gone.Length;
        if (slots > most && wasAway)
            return $"{what}: {slots} slots, {most} allowed";
        // Any node that is coming up may be the successor of one that is gone; so this counts the fewest that are away.
        int comingUp = gone.Length == 0 ? 0 : nodes.Count(node => !node.Ready && !node.Cordoned && !HasSlot(node) && !_started.Contains(node));
        int away = nodes.Count(node => IsAway(node)) + Math.Max(0, gone.Length - comingUp);
        return away > most && !wasAway ? $"{what}: {away} away, {most} allowed" : null;
    }

    private string? ControlPlane(FleetNode node)
    {
        int members = _state.Nodes.Count(static other => other.IsEtcdMember);
        int well = _state.Nodes.Count(other => other.IsEtcdMember && !IsAway(other));
        if (node.IsEtcdMember && well < (members / 2) + 1)
            return $"etcd: {well} of {members} are left";
        return node.IsControlPlane && _state.Nodes.Any(other => other.IsControlPlane && other != node && IsAway(other)) ? "two control-plane nodes" : null;
    }

    private bool IsAway(FleetNode node) => !node.Ready || node.Cordoned || node.LeavingBecause is not null || HasSlot(node) || _started.Contains(node);

    private bool HasSlot(FleetNode node) => _state.Slots.Any(slot => slot.NodeUid == node.Uid);

    private string? Only(FleetNode node)
    {
        Policy[] policies = [.. _state.Policies.Where(policy => policy.Selector.Matches(node.Labels))];
        return policies.Length == 1 ? policies[0].Name : null;
    }
}
