namespace NodeGuard.Core.Fleet.Planning;

/// <summary>What a plan says of each policy as a whole.</summary>
internal static class PolicyOutlooks
{
    public static IReadOnlyList<PolicyOutlook> Of(
        IEnumerable<PolicyScope> scopes, DisruptionCounts counts, Membership members, IReadOnlyList<NodeOutlook> outlooks)
    {
        ILookup<string, NodeOutlook> byPolicy = outlooks.ToLookup(static outlook => outlook.Policy);
        return [.. scopes.Select(scope => Of(scope, counts, members, byPolicy[scope.Policy.Name]))];
    }

    private static PolicyOutlook Of(PolicyScope scope, DisruptionCounts counts, Membership members, IEnumerable<NodeOutlook> nodes)
    {
        Policy policy = scope.Policy;
        DateTimeOffset now = scope.Now;
        NodeOutlook[] all = [.. nodes];
        return new PolicyOutlook
        {
            Name = policy.Name,
            Nodes = scope.Nodes.Count,
            Unavailable = counts.Away(policy.Name),
            Allowed = policy.Budget.MaxUnavailable.UnavailableOf(counts.Population(policy.Name)),
            InProgress = all.Count(static outlook => outlook.Obstacle?.Kind == ObstacleKind.InProgress),
            Outdated = scope.Nodes.Count(scope.IsOutdated),
            UnknownImage = policy.Image is null ? 0 : scope.Nodes.Count(static node => node.Image is null),
            Overdue = all.Count(outlook => outlook.Deadline < now && scope.Age(outlook.Node) is { } age && age.Deadline < now),
            Oldest = scope.Nodes.MinBy(static node => node.BornAt),
            Wave = scope.Waves.Active,
            NextStart = all.Where(static outlook => outlook.Obstacle is not { Kind: ObstacleKind.InProgress }).Min(static outlook => outlook.Next),
            Conflicts = members.ConflictsOf(policy.Name),
        };
    }
}
