using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>The making of one plan: who asks, in which order, and what stands against each.</summary>
internal sealed class PlanningPass
{
    private readonly FleetState _state;
    private readonly FleetIndex _index;
    private readonly DateTimeOffset _now;
    private readonly Membership _members;
    private readonly PolicyScope[] _scopes;
    private readonly DisruptionCounts _counts;
    private readonly StartRate _rate;
    private readonly List<RecycleStart> _starts = [];

    public PlanningPass(FleetState state, DateTimeOffset now)
    {
        _state = state;
        _now = now;
        _index = new FleetIndex(state);
        _members = new Membership(state);
        _scopes = [.. state.Policies.Select(policy => new PolicyScope(policy, _members.Of(policy.Name), state, _index, now))];
        _counts = new DisruptionCounts(state, _index, _members.All);
        _rate = new StartRate(state.Starts, now);
    }

    public FleetPlan Run()
    {
        var candidates = new List<Candidate>();
        foreach (Member member in _members.All)
        {
            if (Ask(member) is { } candidate)
                candidates.Add(candidate);
        }

        candidates.Sort();
        foreach (Candidate candidate in candidates)
            Decide(candidate);
        NodeOutlook[] outlooks = [.. _members.All.Select(static member => member.Outlook!)];
        return new FleetPlan(_starts, Withdrawals(), outlooks, [.. _scopes.Select(scope => PolicyOutlooks.Of(scope, _counts, _members))])
        {
            Unavailable = _counts.AwayInFleet,
            Allowed = _state.Budget.MaxUnavailable.UnavailableOf(_state.Nodes.Count),
        };
    }

    /// <summary>Null when nothing asks for the node, or nobody may; its outlook is known then.</summary>
    private Candidate? Ask(Member member)
    {
        FleetNode node = member.Node;
        PlannedRecycle? request = _index.RequestFor(node);
        IReadOnlyList<RecycleReason> own = member.Scope?.Reasons(member) ?? [];
        IReadOnlyList<RecycleReason> reasons = request is { Automatic: false } ? [.. request.Reasons.Union(own)] : own;
        DateTimeOffset? deadline = Earlier(member.Age?.Deadline, request?.Deadline);
        if (Standing(member, reasons, request) is { } obstacle)
        {
            DateTimeOffset? next = obstacle.Kind == ObstacleKind.TooYoung ? member.Scope?.PaceReaches(member) : null;
            member.Outlook = new NodeOutlook(node, member.Policy, reasons, obstacle, next, deadline);
            return null;
        }

        return new Candidate(member, request, reasons, reasons.Contains(RecycleReason.Age) ? member.Age?.LatestStart : null, deadline, _now);
    }

    /// <summary>What stands against the node itself, whatever else is going on.</summary>
    private Obstacle? Standing(Member member, IReadOnlyList<RecycleReason> reasons, PlannedRecycle? request)
    {
        FleetNode node = member.Node;
        PolicyScope? scope = member.Scope;
        if (_index.RunningOn(node.Name) is { } running)
            return new Obstacle(ObstacleKind.InProgress, running.Name);
        if (member.Conflict is { } policies)
            return new Obstacle(ObstacleKind.Conflict, policies);
        bool byHand = request is { Automatic: false };
        if (scope is null && !byHand)
            return new Obstacle(ObstacleKind.NoPolicy);
        if (scope?.Policy.Problem is { } problem)
            return new Obstacle(ObstacleKind.PolicyUnusable, problem);
        if (node.LeavingBecause is { } leaving)
            return new Obstacle(ObstacleKind.Leaving, leaving);
        if (reasons.Count == 0)
            return new Obstacle(member.Age is null ? ObstacleKind.NothingToDo : ObstacleKind.TooYoung);
        return _index.ProvingFor(node, member.Policy) is { } proving ? new Obstacle(ObstacleKind.Proving, proving.Name) : null;
    }

    private void Decide(Candidate candidate)
    {
        (Obstacle Obstacle, DateTimeOffset? Until)? refusal = Refuse(candidate);
        string policy = candidate.Member.Policy;
        candidate.Member.Outlook = new NodeOutlook(
            candidate.Node, policy, candidate.Reasons, refusal?.Obstacle, refusal is null ? _now : refusal.Value.Until, candidate.Deadline);
        if (refusal is not null)
            return;
        bool wasUnavailable = candidate.Member.IsAway && !candidate.Node.IsAvailable;
        _counts.Take(candidate.Member);
        _rate.Take(policy);
        if (candidate.Scope is { } scope)
        {
            scope.StartedForAge += candidate.OnlyForAge ? 1 : 0;
            scope.WaveRoom -= scope.IsOutdated(candidate.Node) && scope.Waves.Has(scope.Policy, candidate.Node) ? 1 : 0;
        }

        UpdateOffer offer = candidate.OnlyForUpdate ? candidate.Scope!.Updates!.Offer(candidate.Node) : UpdateOffer.Nothing;
        candidate.Scope?.Updates?.Take(offer.Packages);
        // A reboot that is due does not wait for packages that have to.
        IReadOnlyList<RecycleReason> reasons = candidate.OnlyForUpdate && offer is { Packages.Count: 0, Repairs: false } ? [RecycleReason.Reboot] : candidate.Reasons;
        _starts.Add(new RecycleStart(candidate.Node, policy, candidate.Recycle, reasons, candidate.Deadline)
        {
            WasUnavailable = wasUnavailable,
            Updates = offer.Packages,
            Repairs = offer.Repairs,
        });
    }

    private (Obstacle Obstacle, DateTimeOffset? Until)? Refuse(Candidate candidate)
    {
        Obstacle? obstacle = candidate.Forced ? null : Stopped(_state, candidate.Scope?.Policy);
        if (obstacle is not null)
            return (obstacle, null);
        DateTimeOffset? rests = candidate.ByHand ? candidate.Recycle!.NotBefore : Later(candidate.Recycle?.NotBefore, candidate.Node.RestsUntil);
        if (rests > _now)
            return (new Obstacle(ObstacleKind.BackingOff), rests);
        if (!candidate.ByHand && OnItsOwn(candidate) is { } ownRefusal)
            return ownRefusal;
        if (_counts.Refuse(candidate.Member, candidate.Scope?.Policy, _state.Budget) is { } budget)
            return (budget, null);
        return candidate.ByHand || _rate.Refuse(candidate.Scope?.Policy, _state.Budget) is not { } rate ? null : (rate.Obstacle, rate.Until);
    }

    /// <summary>Who has said, or what has shown, that nothing new is to start.</summary>
    public static Obstacle? Stopped(FleetState state, Policy? policy)
    {
        if (state.Paused)
            return new Obstacle(ObstacleKind.FleetPaused);
        if (state.FrozenBecause is { } fleet)
            return new Obstacle(ObstacleKind.FleetFrozen, fleet);
        if (policy is { Paused: true } paused)
            return new Obstacle(ObstacleKind.PolicyPaused, paused.Name);
        return policy?.FrozenBecause is { } frozen ? new Obstacle(ObstacleKind.PolicyFrozen, frozen) : null;
    }

    /// <summary>What holds back disruptions that no person asked for.</summary>
    private (Obstacle Obstacle, DateTimeOffset? Until)? OnItsOwn(Candidate candidate)
    {
        PolicyScope scope = candidate.Scope!;
        FleetNode node = candidate.Node;
        if (node.ExcludedBy is { } annotation)
            return (new Obstacle(ObstacleKind.Excluded, annotation), null);
        if (node.CordonedByOthers)
            return (new Obstacle(ObstacleKind.CordonedByOthers), null);
        if (scope.Startable.At(_now) is null)
            return (Closed(scope), scope.Startable.NextOpen(_now));
        // Whoever replaces an outdated node brings the new image to it, whatever the reason.
        if (scope.IsOutdated(node) && scope.Waves.Refuse(scope.Policy, node, scope.WaveRoom) is { } wave)
            return (new Obstacle(ObstacleKind.Wave, wave), scope.Waves.Active?.SoakedAt);
        if (candidate.Reasons is [RecycleReason.Update] && scope.Updates!.Offer(node) is { Obstacle: { } update } offer)
            return (update, offer.Until);
        return candidate.OnlyForAge && !scope.PaceAdmits(candidate.Member) ? (new Obstacle(ObstacleKind.Pace), scope.PaceReaches(candidate.Member)) : null;
    }

    private static Obstacle Closed(PolicyScope scope)
    {
        if (scope.Startable.Open.Count == 0)
            return new Obstacle(ObstacleKind.NeverFits, $"a recycle is expected to take {scope.Policy.Expected.TotalMinutes:0} min");
        return new Obstacle(scope.Calendar.At(scope.Now) is null ? ObstacleKind.WindowClosed : ObstacleKind.DoesNotFit);
    }

    private List<Withdrawal> Withdrawals()
    {
        var withdrawn = new List<Withdrawal>();
        var byName = _members.All.ToDictionary(static member => member.Node.Name);
        foreach (PlannedRecycle recycle in _state.Recycles.Where(static recycle => recycle.Waiting))
        {
            if (!byName.TryGetValue(recycle.Node, out Member? member))
                withdrawn.Add(new Withdrawal(recycle, $"node {recycle.Node} does not exist"));
            else if (recycle.NodeUid.Length > 0 && recycle.NodeUid != member.Node.Uid)
                withdrawn.Add(new Withdrawal(recycle, $"node {recycle.Node} was made anew since this was asked for"));
            else if (recycle.Automatic && member.Outlook is { Reasons.Count: 0 } outlook)
                withdrawn.Add(new Withdrawal(recycle, $"nothing asks for it any more: {outlook.Obstacle?.Message}"));
        }

        return withdrawn;
    }

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) =>
        one is { } first && other is { } second ? (first > second ? first : second) : one ?? other;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is { } first && other is { } second ? (first < second ? first : second) : one ?? other;
}
