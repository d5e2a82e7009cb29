using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>What the disruption budgets say of one eviction.</summary>
/// <param name="Refused">Null when the pod may go.</param>
/// <param name="Budget">The budget that the pod falls under; empty when none counts.</param>
/// <param name="Spent">The budget's object with the disruption taken from it; null when none is to be taken.</param>
/// <param name="PinVersion">The pod was passed as it is now (unready): another version of it must not be deleted.</param>
public sealed record EvictionVerdict(ApiStatus? Refused, string Budget = "", JsonObject? Spent = null, bool PinVersion = false);

/// <summary>The eviction subresource's rules of kube-apiserver 1.36.</summary>
public static class EvictionRules
{
    /// <summary>So many evictions may be noted in a budget before its controller has seen the pods go.</summary>
    public const int MaxDisruptedPods = 2000;

    private const string Violates = "Cannot evict pod as it would violate the pod's disruption budget.";

    /// <summary>Pods that serve nobody any more, or not yet, are deleted without asking a budget.</summary>
    public static bool BypassesBudgets(JsonObject pod) =>
        pod.Text("status", "phase") is "Pending" or "Succeeded" or "Failed" || IsTerminating(pod);

    /// <summary>A pending pod may become ready between the check and the deletion; the others never will.</summary>
    public static bool MayBecomeReady(JsonObject pod) =>
        pod.Text("status", "phase") is not ("Succeeded" or "Failed") && !IsTerminating(pod);

    /// <param name="pod">A pod that does not bypass budgets.</param>
    /// <param name="budgets">Those that select it.</param>
    /// <param name="now">Noted in the budget as the time of the eviction.</param>
    public static EvictionVerdict Decide(JsonObject pod, IReadOnlyList<JsonObject> budgets, DateTimeOffset now)
    {
        if (budgets.Count == 0)
            return new EvictionVerdict(null);
        if (budgets.Count > 1)
        {
            return new EvictionVerdict(new ApiStatus(
                500, "",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));
        }

        JsonObject budget = budgets[0];
        string name = budget.Text("metadata", "name")!;
        if (!IsReady(pod) && LetsUnreadyGo(budget))
            return new EvictionVerdict(null, name, PinVersion: true);
        return Refusal(budget, name) is { } refused
            ? new EvictionVerdict(refused, name)
            : new EvictionVerdict(null, name, Spend(budget, pod.Text("metadata", "name")!, now));
    }

    /// <summary>The budget's state lags behind: try again soon.</summary>
    public static ApiStatus StillProcessed(string budget) => Blocked(
        10, $"The disruption budget {budget} is still being processed by the server.");

    private static bool IsTerminating(JsonObject pod) => pod.At("metadata", "deletionTimestamp") is not null;

    private static bool IsReady(JsonObject pod) =>
        pod.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");

    /// <summary>An unready pod counts in no budget: its deletion disrupts nothing that is not disrupted.</summary>
    private static bool LetsUnreadyGo(JsonObject budget) =>
        budget.Text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow"
        || (Status(budget, "desiredHealthy") > 0 && Status(budget, "currentHealthy") >= Status(budget, "desiredHealthy"));

    private static ApiStatus? Refusal(JsonObject budget, string name)
    {
        if (Status(budget, "observedGeneration") < (budget.Number("metadata", "generation") ?? 0))
            return StillProcessed(name);
        if (Status(budget, "disruptionsAllowed") < 0)
            return Forbidden(name, "pdb disruptions allowed is negative");
        if (budget.Child("status", "disruptedPods") is { Count: > MaxDisruptedPods })
            return Forbidden(name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        return Status(budget, "disruptionsAllowed") == 0 ? Blocked(0, Reason(budget, name)) : null;
    }

    private static string Reason(JsonObject budget, string name)
    {
        JsonNode? no = budget.Items("status", "conditions").FirstOrDefault(
            c => c.Text("type") == "DisruptionAllowed" && c.Text("status") == "False" && c.Text("message") is { Length: > 0 });
        string reason = no.Text("reason") ?? "";
        long needed = Status(budget, "desiredHealthy");
        long healthy = Status(budget, "currentHealthy");
        if (reason == "SyncFailed")
            return $"The disruption budget {name} does not allow evicting pods currently because it failed sync: {no.Text("message")}";
        if (healthy <= needed)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The disruption budget {name} needs {needed} healthy pods and has {healthy} currently");
        }

        return no is null
            ? $"The disruption budget {name} does not allow evicting pods currently"
            : $"The disruption budget {name} does not allow evicting pods currently ({reason}): {no.Text("message")}";
    }

    private static JsonObject Spend(JsonObject budget, string pod, DateTimeOffset now)
    {
        JsonObject spent = budget.Clone();
        JsonObject status = spent.Ensure("status");
        long left = Status(budget, "disruptionsAllowed") - 1;
        status["disruptionsAllowed"] = left;
        if (left == 0)
            DenyFurther(status, now);
        status.Ensure("disruptedPods")[pod] = now.ToKubernetesTime();
        return spent;
    }

    private static void DenyFurther(JsonObject status, DateTimeOffset now)
    {
        JsonObject? condition = status.Items("conditions").OfType<JsonObject>()
            .FirstOrDefault(c => c.Text("type") == "DisruptionAllowed");
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = "DisruptionAllowed" };
            if (status["conditions"] is not JsonArray conditions)
                status["conditions"] = conditions = [];
            conditions.Add((JsonNode)condition);
        }

        if (condition.Text("status") != "False")
            condition["lastTransitionTime"] = now.ToKubernetesTime();
        condition["status"] = "False";
        condition["reason"] = "InsufficientPods";
        condition["message"] = "";
        condition["observedGeneration"] = status.Number("observedGeneration") ?? 0;
    }

    private static long Status(JsonObject budget, string field) => budget.Number("status", field) ?? 0;

    private static ApiStatus Blocked(int retryAfterSeconds, string why) =>
        ApiStatus.TooManyRequests(Violates, retryAfterSeconds) with { Causes = [new("DisruptionBudget", why)] };

    private static ApiStatus Forbidden(string budget, string why) =>
        new(403, "Forbidden", $"poddisruptionbudget.policy \"{budget}\" is forbidden: {why}")
        {
            Name = budget,
            Group = "policy",
            Kind = "poddisruptionbudget",
        };
}
