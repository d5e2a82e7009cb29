namespace NodeGuard.Core.Fleet.Planning;

/// <summary>What a plan says of each policy as a whole.</summary>
internal static class PolicyOutlooks
{
    public static PolicyOutlook Of(PolicyScope scope, DisruptionCounts counts, Membership members)
    {
        Policy policy = scope.Policy;
        int inProgress = 0;
        int outdated = 0;
        int unknown = 0;
        int overdue = 0;
        FleetNode? oldest = null;
        DateTimeOffset? next = null;
        foreach (Member member in scope.Members)
        {
            FleetNode node = member.Node;
            bool runs = member.Outlook!.Obstacle?.Kind == ObstacleKind.InProgress;
            inProgress += runs ? 1 : 0;
            outdated += scope.IsOutdated(node) ? 1 : 0;
            unknown += policy.Image is not null && node.Image is null ? 1 : 0;
            overdue += member.Age?.Deadline < scope.Now ? 1 : 0;
            oldest = oldest is null || node.BornAt < oldest.BornAt ? node : oldest;
            next = !runs && member.Outlook.Next is { } own && !(next <= own) ? own : next;
        }

        return new PolicyOutlook
        {
            Name = policy.Name,
            Nodes = scope.Members.Count,
            Unavailable = counts.Away(policy.Name),
            Allowed = policy.Budget.MaxUnavailable.UnavailableOf(scope.Members.Count),
            InProgress = inProgress,
            Outdated = outdated,
            UnknownImage = unknown,
            Overdue = overdue,
            Oldest = oldest,
            Wave = scope.Waves.Active,
            NextStart = next,
            Released = scope.Updates?.Released(scope.Members) ?? [],
            Conflicts = members.ConflictsOf(policy.Name),
        };
    }
}
