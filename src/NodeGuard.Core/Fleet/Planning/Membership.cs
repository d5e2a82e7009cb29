namespace NodeGuard.Core.Fleet.Planning;

/// <summary>Which policy keeps which node. Two policies for one node keep it not at all: two owners of one thing are an outage in waiting.</summary>
internal sealed class Membership
{
    private readonly Dictionary<string, List<FleetNode>> _nodes = [];
    private readonly Dictionary<string, List<string>> _conflictsOf = [];
    private readonly Dictionary<string, string> _policies = [];
    private readonly Dictionary<string, string> _conflicts = [];

    public Membership(FleetState state)
    {
        var selecting = new List<string>();
        foreach (FleetNode node in state.Nodes)
        {
            selecting.Clear();
            foreach (Policy policy in state.Policies)
            {
                if (policy.Selector.Matches(node.Labels))
                    selecting.Add(policy.Name);
            }

            Assign(node, selecting);
        }
    }

    /// <summary>The nodes that only this policy selects.</summary>
    public IReadOnlyList<FleetNode> Of(string policy) => _nodes.TryGetValue(policy, out var nodes) ? nodes : [];

    /// <summary>Empty when none, or more than one, selects the node.</summary>
    public string PolicyOf(FleetNode node) => _policies.GetValueOrDefault(node.Uid, string.Empty);

    /// <summary>The policies that select the node, when they are more than one.</summary>
    public string? ConflictOf(FleetNode node) => _conflicts.GetValueOrDefault(node.Uid);

    /// <summary>The names of a policy's nodes that another one selects too.</summary>
    public IReadOnlyList<string> ConflictsOf(string policy) => _conflictsOf.TryGetValue(policy, out var nodes) ? nodes : [];

    private void Assign(FleetNode node, List<string> selecting)
    {
        switch (selecting.Count)
        {
            case 0:
                break;
            case 1:
                _policies.Add(node.Uid, selecting[0]);
                ListOf(_nodes, selecting[0]).Add(node);
                break;
            default:
                _conflicts.Add(node.Uid, string.Join(", ", selecting));
                foreach (string policy in selecting)
                    ListOf(_conflictsOf, policy).Add(node.Name);
                break;
        }
    }

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string key)
    {
        if (!lists.TryGetValue(key, out var list))
            lists.Add(key, list = []);
        return list;
    }
}
