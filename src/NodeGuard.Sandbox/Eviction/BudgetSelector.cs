using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Selectors;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>`meta/v1 LabelSelector` of a budget: absent selects nothing, empty selects all.</summary>
internal static class BudgetSelector
{
    public static bool Selects(JsonObject budget, JsonObject pod) =>
        LabelSelector.FromJson(budget.At("spec", "selector"))?.Matches(pod) == true;
}
