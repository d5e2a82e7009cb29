using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>`meta/v1 LabelSelector` of a budget: absent selects nothing, empty selects all, invalid selects nothing.</summary>
internal static class BudgetSelector
{
    public static bool Selects(JsonObject budget, JsonObject pod) =>
        budget.Child("spec", "selector") is { } selector
        && selector.Texts("matchLabels").All(p => pod.Text("metadata", "labels", p.Key) == p.Value)
        && selector.Items("matchExpressions").All(e => Holds(e, pod));

    private static bool Holds(JsonNode? expression, JsonObject pod)
    {
        string? label = expression.Text("key") is { } key ? pod.Text("metadata", "labels", key) : null;
        string[] values = [.. expression.Items("values").Select(v => v.Text() ?? "")];
        return expression.Text("operator") switch
        {
            "In" => label is not null && values.Contains(label),
            "NotIn" => label is null || !values.Contains(label),
            "Exists" => label is not null,
            "DoesNotExist" => label is null,
            _ => false,
        };
    }
}
