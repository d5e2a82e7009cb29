using System.Text.Json.Nodes;

namespace NodeGuard.Api.Tests.Drain;

/// <summary>A PodDisruptionBudget over the pods with one "app" label.</summary>
public sealed record StageBudget(string Name, string App)
{
    public int? MinAvailable { get; init; }

    public int? MaxUnavailable { get; init; }

    /// <summary>Of the pods' controller; for <see cref="MaxUnavailable"/>.</summary>
    public int Replicas { get; init; }

    public bool AlwaysAllow { get; init; }

    public JsonObject Json()
    {
        var spec = new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = App } } };
        if (MinAvailable is { } min)
            spec["minAvailable"] = min;
        if (MaxUnavailable is { } max)
            spec["maxUnavailable"] = max;
        if (AlwaysAllow)
            spec["unhealthyPodEvictionPolicy"] = "AlwaysAllow";
        return new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "PodDisruptionBudget",
            ["metadata"] = new JsonObject { ["name"] = Name },
            ["spec"] = spec,
        };
    }

    /// <summary>What the disruption controller writes for these pods.</summary>
    public JsonObject Status(IEnumerable<StagePod> pods, long generation)
    {
        StagePod[] selected = [.. pods.Where(p => p.Matches(App))];
        long expected = MinAvailable is null ? Replicas : selected.Length;
        long healthy = selected.Count(p => p.Healthy);
        long desired = MinAvailable ?? (expected - MaxUnavailable!.Value);
        return new JsonObject
        {
            ["observedGeneration"] = generation,
            ["expectedPods"] = expected,
            ["currentHealthy"] = healthy,
            ["desiredHealthy"] = desired,
            ["disruptionsAllowed"] = Math.Max(0L, healthy - desired),
        };
    }
}
