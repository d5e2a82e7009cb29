using NodeGuard.Core.Units;

namespace NodeGuard.Core.Draining.Preflight;

/// <summary>What a budget allows when every pod of it is healthy, as the disruption controller counts.</summary>
public static class BudgetArithmetic
{
    /// <summary>Evictions at once with <paramref name="expected"/> healthy pods; never negative.</summary>
    public static int AllowedAtBest(PreflightBudget budget, int expected) =>
        Math.Max(0, expected - DesiredHealthy(budget, expected));

    /// <summary>Percentages round up for both kinds; minAvailable 1 stands in where neither is set.</summary>
    public static int DesiredHealthy(PreflightBudget budget, int expected)
    {
        if (budget.MaxUnavailable is { } unavailable)
            return Math.Max(0, expected - Pods(unavailable, expected));
        return budget.MinAvailable is { } available ? Pods(available, expected) : 1;
    }

    private static int Pods(CountOrPercent count, int of) =>
        count.IsPercent ? (int)Math.Min(int.MaxValue, (((long)count.Number * of) + 99) / 100) : count.Number;
}
