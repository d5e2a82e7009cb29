namespace NodeGuard.Core.Draining;

/// <summary>Why the budgets of a pod forbid its eviction, and what would free it.</summary>
/// <param name="Budgets">Their names.</param>
public sealed record BudgetExplanation(IReadOnlyList<string> Budgets, string Reason, string Remedy)
{
    /// <param name="budgets">Those that select the pod; empty when they could not be read, or none does any more.</param>
    /// <param name="answer">The server's words, told when there is nothing better.</param>
    public static BudgetExplanation Of(DrainPod pod, IReadOnlyList<DrainBudget> budgets, string answer) => budgets.Count switch
    {
        0 => new BudgetExplanation([], answer.Length > 0 ? answer : "a PodDisruptionBudget forbids it", string.Empty),
        1 => OfOne(pod, budgets[0]),
        _ => new BudgetExplanation(
            Names(budgets),
            $"{budgets.Count} PodDisruptionBudgets select it: {string.Join(", ", Names(budgets))}; the server evicts no such pod",
            "change the selectors so that one budget selects it, or delete one of them"),
    };

    /// <summary>The server evicts this pod without asking the budget, or although it allows nothing.</summary>
    public static bool Bypasses(DrainPod pod, DrainBudget budget) =>
        pod.Phase == PodPhase.Pending || pod.IsFinished || pod.IsTerminating
        || (!pod.Ready && (budget.AlwaysAllowUnhealthy || (budget.CurrentHealthy >= budget.DesiredHealthy && budget.DesiredHealthy > 0)));

    private static BudgetExplanation OfOne(DrainPod pod, DrainBudget budget)
    {
        string[] names = [budget.Name];
        if (!budget.Observed)
        {
            return new BudgetExplanation(
                names, $"PodDisruptionBudget {budget.Name} has not been processed", "the disruption controller has to see it: is kube-controller-manager running?");
        }

        if (!pod.Ready && !budget.AlwaysAllowUnhealthy)
        {
            string trouble = pod.ContainerTrouble is { } why ? $"the pod is not ready ({why})" : "the pod is not ready";
            return new BudgetExplanation(
                names,
                $"{Figures(budget)}; {trouble}, and the budget protects it all the same",
                $"mend the pod, or set unhealthyPodEvictionPolicy: AlwaysAllow on PodDisruptionBudget {budget.Name}");
        }

        return new BudgetExplanation(names, Figures(budget), Remedies(budget));
    }

    private static string Figures(DrainBudget budget) =>
        $"PodDisruptionBudget {budget.Name} ({Wanted(budget)}) allows {budget.DisruptionsAllowed} disruptions: "
        + $"{budget.CurrentHealthy} of {budget.ExpectedPods} pods are healthy, {budget.DesiredHealthy} must stay";

    private static string Wanted(DrainBudget budget) => (budget.MinAvailable, budget.MaxUnavailable) switch
    {
        ({ } min, _) => $"minAvailable {min}",
        (_, { } max) => $"maxUnavailable {max}",
        _ => "minAvailable 1",
    };

    private static string Remedies(DrainBudget budget)
    {
        if (budget.CanNeverAllow)
        {
            return "it can never allow one: add a replica, or loosen the budget";
        }

        int missing = budget.DesiredHealthy + 1 - budget.CurrentHealthy;
        return missing > 0
            ? $"{missing} more healthy {(missing == 1 ? "pod" : "pods")} would free it"
            : "the budget's controller has to count again";
    }

    private static string[] Names(IReadOnlyList<DrainBudget> budgets) =>
        [.. budgets.Select(budget => budget.Name).Order(StringComparer.Ordinal)];
}
