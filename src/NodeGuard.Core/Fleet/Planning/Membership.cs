namespace NodeGuard.Core.Fleet.Planning;

/// <summary>Which policy keeps which node. Two policies for one node keep it not at all: two owners of one thing are an outage in waiting.</summary>
internal sealed class Membership
{
    private readonly Dictionary<string, List<Member>> _members = [];
    private readonly Dictionary<string, List<string>> _conflicts = [];

    public Membership(FleetState state)
    {
        All = [.. state.Nodes.Select(static node => new Member(node))];
        foreach (Member member in All)
        {
            Policy? only = null;
            foreach (Policy policy in state.Policies)
            {
                if (!policy.Selector.Matches(member.Node.Labels))
                    continue;
                if (only is not null)
                {
                    Conflict(member, state.Policies);
                    only = null;
                    break;
                }

                only = policy;
            }

            if (only is null)
                continue;
            member.Policy = only.Name;
            ListOf(_members, only.Name).Add(member);
        }
    }

    /// <summary>In the state's order.</summary>
    public IReadOnlyList<Member> All { get; }

    /// <summary>The nodes that only this policy selects.</summary>
    public IReadOnlyList<Member> Of(string policy) => _members.TryGetValue(policy, out var members) ? members : [];

    /// <summary>The names of a policy's nodes that another one selects too.</summary>
    public IReadOnlyList<string> ConflictsOf(string policy) => _conflicts.TryGetValue(policy, out var nodes) ? nodes : [];

    private void Conflict(Member member, IReadOnlyList<Policy> policies)
    {
        string[] selecting = [.. policies.Where(policy => policy.Selector.Matches(member.Node.Labels)).Select(static policy => policy.Name)];
        member.Conflict = string.Join(", ", selecting);
        foreach (string policy in selecting)
            ListOf(_conflicts, policy).Add(member.Node.Name);
    }

    private static List<T> ListOf<T>(Dictionary<string, List<T>> lists, string key)
    {
        if (!lists.TryGetValue(key, out var list))
            lists.Add(key, list = []);
        return list;
    }
}
