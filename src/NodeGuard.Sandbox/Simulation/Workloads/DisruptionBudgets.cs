using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation.Workloads;

/// <summary>A PodDisruptionBudget's status, as kube-controller-manager's disruption controller computes it.</summary>
internal static class DisruptionBudgets
{
    // An eviction that was let through and whose pod was not deleted counts no longer after this.
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    /// <param name="budget">A budget.</param>
    /// <param name="pods">All pods of its namespace.</param>
    /// <param name="scaleOf">The replicas that a pod's controller wants; the text says why there are none.</param>
    /// <param name="now">The cluster's time.</param>
    public static Outcome Reconcile(
        JsonObject budget, IEnumerable<JsonObject> pods, Func<JsonObject, (int? Replicas, string Error)> scaleOf, DateTimeOffset now)
    {
        if (budget.IsDeleting())
        {
            return Outcome.Nothing;
        }

        JsonObject[] matched = [.. pods.Where(pod => LabelSelector.Matches(budget.At("spec", "selector"), pod))];
        Dictionary<string, DateTimeOffset> disrupted = Disrupted(budget, matched, now);
        TimeSpan? again = disrupted.Count == 0 ? null : disrupted.Values.Min() + DeletionTimeout - now;
        (int Expected, int Desired)? counts = Expect(budget, matched, scaleOf, out string error);
        if (counts is not { } wanted)
        {
            return new Outcome([.. Failed(budget, error, now)], again);
        }

        int healthy = matched.Count(pod => !pod.IsDeleting() && !disrupted.ContainsKey(pod.Name()) && PodState.IsReady(pod));
        int allowed = wanted.Expected <= 0 ? 0 : Math.Max(0, healthy - wanted.Desired);
        IEnumerable<Change> writes = WorkloadStatus.Write(Kind.PodDisruptionBudget, budget, status =>
        {
            status["currentHealthy"] = healthy;
            status["desiredHealthy"] = wanted.Desired;
            status["expectedPods"] = wanted.Expected;
            status["disruptionsAllowed"] = allowed;
            SetDisrupted(status, disrupted);
            SetAllowed(status, budget.Number("metadata", "generation") ?? 1, allowed > 0, allowed > 0 ? "SufficientPods" : "InsufficientPods", "", now);
            WorkloadStatus.Observe(status, budget);
        });
        return new Outcome([.. writes], again);
    }

    private static (int Expected, int Desired)? Expect(
        JsonObject budget, JsonObject[] matched, Func<JsonObject, (int? Replicas, string Error)> scaleOf, out string error)
    {
        error = "";
        JsonNode? maximum = budget.At("spec", "maxUnavailable");
        JsonNode? minimum = budget.At("spec", "minAvailable");
        if (maximum is null && minimum.Number() is { } fixedMinimum)
        {
            return (matched.Length, fixedMinimum);
        }

        int scale = 0;
        foreach (IGrouping<string, JsonObject> controlled in matched.Where(pod => pod.Controller() is not null).GroupBy(Fields.ControllerUid))
        {
            (int? replicas, error) = scaleOf(controlled.First());
            if (replicas is null)
            {
                return null;
            }

            scale += replicas.Value;
        }

        return maximum is not null
            ? (scale, Math.Max(0, scale - (IntOrPercent.Of(maximum, scale, roundUp: true) ?? 0)))
            : minimum is not null ? (scale, IntOrPercent.Of(minimum, scale, roundUp: true) ?? 0) : (0, 0);
    }

    // A budget whose pods cannot be counted allows nothing, and its generation does not count as seen.
    private static IEnumerable<Change> Failed(JsonObject budget, string error, DateTimeOffset now) =>
        WorkloadStatus.Write(Kind.PodDisruptionBudget, budget, status =>
        {
            status["disruptionsAllowed"] = 0;
            foreach (string field in (string[])["currentHealthy", "desiredHealthy", "expectedPods"])
            {
                status[field] ??= 0;
            }

            SetAllowed(status, status.Number("observedGeneration") ?? 0, false, "SyncFailed", error, now);
        });

    private static void SetAllowed(JsonObject status, long generation, bool allowed, string reason, string message, DateTimeOffset now)
    {
        status.SetCondition("DisruptionAllowed", allowed ? "True" : "False", reason, message, now);
        JsonObject condition = status.Items("conditions").First(item => item.Text("type") == "DisruptionAllowed");
        condition["message"] = message;
        condition["observedGeneration"] = generation;
    }

    private static Dictionary<string, DateTimeOffset> Disrupted(JsonObject budget, JsonObject[] matched, DateTimeOffset now)
    {
        var kept = new Dictionary<string, DateTimeOffset>();
        if (budget.At("status", "disruptedPods") is not JsonObject entries)
        {
            return kept;
        }

        foreach ((string name, JsonNode? time) in entries)
        {
            DateTimeOffset since = time.Time() ?? now;
            if (since + DeletionTimeout > now && matched.Any(pod => pod.Name() == name && !pod.IsDeleting()))
            {
                kept[name] = since;
            }
        }

        return kept;
    }

    private static void SetDisrupted(JsonObject status, Dictionary<string, DateTimeOffset> disrupted)
    {
        status.Remove("disruptedPods");
        if (disrupted.Count > 0)
        {
            status["disruptedPods"] = new JsonObject(
                disrupted.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value.ToApiTime())));
        }
    }
}
