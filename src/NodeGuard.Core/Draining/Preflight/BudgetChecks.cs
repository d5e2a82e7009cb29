namespace NodeGuard.Core.Draining.Preflight;

/// <summary>Budgets that hold pods of the nodes to be drained: for ever, until other pods are healthy, or because nobody counted them.</summary>
internal sealed class BudgetChecks(PreflightInput input, OwnerDirectory owners)
{
    private readonly ILookup<string, PreflightPod> _pods = input.Pods.Where(static pod => !pod.Finished).ToLookup(static pod => pod.Namespace);
    private readonly ILookup<string, PreflightBudget> _budgets = input.Budgets.ToLookup(static budget => budget.Namespace);

    private readonly record struct Held(PreflightBudget Budget, IReadOnlyList<PreflightPod> All, IReadOnlyList<PreflightPod> OnNodes);

    public IEnumerable<PreflightFinding> Find(IReadOnlyList<PreflightPod> evicted)
    {
        var asking = evicted.Where(AsksBudget).ToLookup(static pod => pod.Namespace);
        foreach (var budget in asking.SelectMany(inOne => _budgets[inOne.Key]).OrderBy(static budget => budget.FullName, StringComparer.Ordinal))
        {
            var onNodes = asking[budget.Namespace].Where(budget.Selects).ToList();
            if (onNodes.Count == 0)
                continue;
            var held = new Held(budget, [.. _pods[budget.Namespace].Where(budget.Selects)], onNodes);
            if (Examine(held) is { } finding)
                yield return finding;
        }

        foreach (var pod in evicted.Where(AsksBudget))
        {
            var selecting = _budgets[pod.Namespace].Where(budget => budget.Selects(pod)).ToList();
            if (selecting.Count > 1)
                yield return Overlap(pod, selecting);
        }
    }

    // The API server lets pending, finished and terminating pods go without asking a budget.
    private static bool AsksBudget(PreflightPod pod) => !pod.Terminating && !pod.Finished && pod.Phase is not PodPhase.Pending;

    private PreflightFinding? Examine(Held held)
    {
        var budget = held.Budget;
        var expected = Expected(held);
        if (BudgetArithmetic.AllowedAtBest(budget, expected) == 0 && !held.OnNodes.All(pod => !pod.Ready && budget.AlwaysAllowUnhealthy))
            return Never(held, expected);
        if (budget.Status is not { } status)
            return Finding(held, PreflightSeverity.Warning, PreflightCheck.BudgetNotSynced,
                "has no status for its present specification, so every eviction of its pods is answered \"try again\"",
                "see that kube-controller-manager runs and that it may read the pods' controllers");
        if (status.Failure is { } failure)
            return Finding(held, PreflightSeverity.Blocker, PreflightCheck.BudgetNotSynced,
                $"cannot be counted, so it allows no eviction: {failure}",
                "use a number in minAvailable, or give its pods a controller that has a scale");
        return status.DisruptionsAllowed > 0 || held.OnNodes.All(static pod => !pod.Ready) ? null : NoneNow(held, status);
    }

    // The disruption controller's own count is the better one: it knows custom controllers with a scale.
    private int Expected(Held held) =>
        held.Budget.Status is { Failure: null, ExpectedPods: > 0 } status ? status.ExpectedPods : Math.Max(held.All.Count, WantedReplicas(held));

    private int WantedReplicas(Held held) =>
        held.All.Select(static pod => pod.Controller).OfType<OwnerKey>().Distinct().Sum(key => owners.Replicas(key) ?? 0);

    private PreflightFinding Never(Held held, int expected)
    {
        var budget = held.Budget;
        var asked = budget.MaxUnavailable is { } unavailable ? $"maxUnavailable {unavailable}" : $"minAvailable {budget.MinAvailable?.ToString() ?? "1"}";
        var (why, fix) = expected switch
        {
            1 => ($"its one pod must stay available ({asked})", "run a second replica, or say maxUnavailable: 1 if a short outage is fine"),
            _ when budget.MaxUnavailable is not null => ($"none of its {expected} pods may be unavailable ({asked})", "say maxUnavailable: 1 or more"),
            _ => ($"{asked} of {expected} pods leaves none to evict", "say less than the number of replicas, or maxUnavailable: 1, or add a replica"),
        };
        return Finding(held, PreflightSeverity.Blocker, PreflightCheck.BudgetNeverAllows, $"can never allow an eviction: {why}", fix);
    }

    private PreflightFinding NoneNow(Held held, BudgetStatus status)
    {
        var sick = held.All.Where(static pod => !pod.Ready).Select(static pod => pod.Name).Order(StringComparer.Ordinal).ToList();
        var named = sick.Count switch
        {
            0 => "",
            <= 3 => $"; not ready: {string.Join(", ", sick)}",
            _ => $"; not ready: {string.Join(", ", sick.Take(3))} and {sick.Count - 3} more",
        };
        return Finding(held, PreflightSeverity.Warning, PreflightCheck.BudgetAllowsNoneNow,
            $"allows no eviction now: {status.CurrentHealthy} healthy, {status.DesiredHealthy} needed{named}",
            "get its pods ready; the drain waits for it until its timeout");
    }

    private PreflightFinding Overlap(PreflightPod pod, List<PreflightBudget> budgets) =>
        new(
            PreflightSeverity.Blocker, PreflightCheck.OverlappingBudgets, [pod.NodeName],
            [$"Pod {pod.FullName}", .. budgets.Select(static budget => $"PodDisruptionBudget {budget.FullName}")],
            $"is selected by {budgets.Count} budgets ({string.Join(", ", budgets.Select(static budget => budget.Name))}); the API server evicts no such pod",
            "narrow the selectors so that one budget selects it", owners.Of(pod));

    private PreflightFinding Finding(Held held, PreflightSeverity severity, PreflightCheck check, string finding, string fix) =>
        new(
            severity, check, [.. held.OnNodes.Select(static pod => pod.NodeName).Distinct().Order(StringComparer.Ordinal)],
            [$"PodDisruptionBudget {held.Budget.FullName}", .. held.OnNodes.Select(static pod => $"Pod {pod.FullName}")],
            finding, fix, owners.Of(held.Budget));
}
