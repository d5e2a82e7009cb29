using System.Runtime.InteropServices;
using NodeGuard.Core.Units;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>How many nodes of each scope (the fleet, a policy, their zones) there are, and how many are unavailable for any cause.</summary>
internal sealed class DisruptionCounts
{
    private readonly Count _fleet = new();
    private readonly Dictionary<string, Count> _zones = [];
    private readonly Dictionary<string, Count> _policies = [];
    private readonly Dictionary<(string Policy, string Zone), Scopes> _scopes = [];
    private int _controlPlaneAway;
    private int _etcdMembers;
    private int _etcdAway;

    public DisruptionCounts(FleetState state, FleetIndex index, IReadOnlyList<Member> members)
    {
        var slotted = state.Slots.Select(static slot => slot.NodeUid).ToHashSet();
        HashSet<string> covered = Successors(members, index.Orphaned);
        var withControlPlane = new HashSet<string>();
        foreach (Member member in members)
        {
            bool held = slotted.Contains(member.Node.Uid);
            member.IsAway = held || (!member.Node.IsAvailable && !covered.Contains(member.Node.Uid));
            Add(member, held);
            if (member.Node.IsControlPlane)
                withControlPlane.Add(member.Policy);
        }

        // The machine is gone and its successor has not proved well: it is away until the slot is given back.
        foreach (Slot slot in index.Orphaned)
        {
            ScopesOf(slot.Policy, slot.Zone).Take(wasAway: false);
            _controlPlaneAway += slot.ControlPlane ?? withControlPlane.Contains(slot.Policy) ? 1 : 0;
        }
    }

    public int AwayInFleet => _fleet.Away;

    public int Away(string policy) => PolicyCount(policy).Away;

    /// <summary>The budget that one more disruption of this node would break; null when all hold.</summary>
    /// <remarks>A node that is away already costs no more of what is available; slots are still never more than the budget.</remarks>
    public Obstacle? Refuse(Member member, Policy? policy, DisruptionBudget fleet)
    {
        bool away = member.IsAway;
        Scopes scopes = ScopesOf(member.Policy, member.Node.Zone);
        return Quorum(member.Node, away)
            ?? Over(scopes.Fleet, fleet.MaxUnavailable, ObstacleKind.FleetBudget, away)
            ?? Over(scopes.Policy, policy?.Budget.MaxUnavailable, ObstacleKind.PolicyBudget, away)
            ?? Over(scopes.Zone, fleet.MaxPerZone, ObstacleKind.ZoneBudget, away, member.Node.Zone)
            ?? Over(scopes.PolicyZone, policy?.Budget.MaxPerZone, ObstacleKind.ZoneBudget, away, member.Node.Zone);
    }

    public void Take(Member member)
    {
        ScopesOf(member.Policy, member.Node.Zone).Take(member.IsAway);
        _controlPlaneAway += member.Node.IsControlPlane && !member.IsAway ? 1 : 0;
        _etcdAway += member.Node.IsEtcdMember && !member.IsAway ? 1 : 0;
        member.IsAway = true;
    }

    /// <summary>The disruption of this node, or of its predecessor, is over, and the node is well.</summary>
    public void Give(Member member)
    {
        ScopesOf(member.Policy, member.Node.Zone).Give();
        _controlPlaneAway -= member.Node.IsControlPlane ? 1 : 0;
        _etcdAway -= member.Node.IsEtcdMember ? 1 : 0;
        member.IsAway = false;
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

    private static Obstacle? Over(Count? count, CountOrPercent? limit, ObstacleKind kind, bool away, string? zone = null)
    {
        if (count is null || limit is not { } most)
            return null;
        int allowed = most.UnavailableOf(count.Nodes);
        return (away ? count.Slots : count.Away) < allowed ? null : count.Refusal(kind, allowed, zone);
    }

    /// <summary>Nodes that are on their way to take the place of one whose slot is held: one disruption counts once.</summary>
    private static HashSet<string> Successors(IReadOnlyList<Member> members, IReadOnlyList<Slot> orphaned)
    {
        List<Slot> open = [.. orphaned];
        var covered = new HashSet<string>();
        if (open.Count == 0)
            return covered;
        foreach (Member member in members)
        {
            FleetNode node = member.Node;
            if (node.Ready || node.Cordoned || node.LeavingBecause is not null)
                continue;
            int slot = open.FindIndex(slot => slot.Policy == member.Policy && slot.Since < node.BornAt && (slot.Zone.Length == 0 || slot.Zone == node.Zone));
            if (slot < 0)
                continue;
            open.RemoveAt(slot);
            covered.Add(node.Uid);
        }

        return covered;
    }

    private void Add(Member member, bool held)
    {
        ScopesOf(member.Policy, member.Node.Zone).Add(member.IsAway, held);
        _etcdMembers += member.Node.IsEtcdMember ? 1 : 0;
        _controlPlaneAway += member.IsAway && member.Node.IsControlPlane ? 1 : 0;
        _etcdAway += member.IsAway && member.Node.IsEtcdMember ? 1 : 0;
    }

    private Scopes ScopesOf(string policy, string zone)
    {
        ref Scopes? scopes = ref CollectionsMarshal.GetValueRefOrAddDefault(_scopes, (policy, zone), out _);
        return scopes ??= new Scopes(
            _fleet,
            policy.Length > 0 ? PolicyCount(policy) : null,
            zone.Length > 0 ? CollectionsMarshal.GetValueRefOrAddDefault(_zones, zone, out _) ??= new Count() : null,
            policy.Length > 0 && zone.Length > 0 ? new Count() : null);
    }

    private Count PolicyCount(string policy) => CollectionsMarshal.GetValueRefOrAddDefault(_policies, policy, out _) ??= new Count();

    /// <summary>Those that a node is in; null for those that it is not.</summary>
    private sealed record Scopes(Count Fleet, Count? Policy, Count? Zone, Count? PolicyZone)
    {
        public void Add(bool away, bool held)
        {
            foreach (Count? count in (ReadOnlySpan<Count?>)[Fleet, Policy, Zone, PolicyZone])
                count?.Add(away, held);
        }

        public void Take(bool wasAway)
        {
            foreach (Count? count in (ReadOnlySpan<Count?>)[Fleet, Policy, Zone, PolicyZone])
                count?.Take(wasAway);
        }

        public void Give()
        {
            foreach (Count? count in (ReadOnlySpan<Count?>)[Fleet, Policy, Zone, PolicyZone])
                count?.Give();
        }
    }

    private sealed class Count
    {
        private Obstacle? _refusal;

        public int Nodes { get; private set; }

        public int Away { get; private set; }

        public int Slots { get; private set; }

        public void Add(bool away, bool held)
        {
            Nodes++;
            Away += away ? 1 : 0;
            Slots += held ? 1 : 0;
        }

        public void Take(bool wasAway)
        {
            Slots++;
            Away += wasAway ? 0 : 1;
            _refusal = null;
        }

        public void Give()
        {
            Slots--;
            Away--;
            _refusal = null;
        }

        // Thousands of nodes are refused for the same budget.
        public Obstacle Refusal(ObstacleKind kind, int allowed, string? zone) => _refusal is { } same && same.Kind == kind
            ? same
            : _refusal = new Obstacle(kind, $"{Away} of {Nodes} nodes{(zone is null ? "" : $" in zone {zone}")} unavailable, {allowed} allowed");
    }
}
