using NodeGuard.Core.Selecting;

namespace NodeGuard.Core.Draining;

/// <summary>A PodDisruptionBudget as observed.</summary>
/// <param name="MinAvailable">As written: a count or a percentage; null when not set.</param>
/// <param name="MaxUnavailable">As written; null when not set.</param>
/// <param name="AlwaysAllowUnhealthy"><c>unhealthyPodEvictionPolicy: AlwaysAllow</c>.</param>
/// <param name="Observed">The budget's controller has seen this spec; otherwise the server refuses every eviction.</param>
public sealed record DrainBudget(
    string Namespace,
    string Name,
    LabelMatch Selector,
    string? MinAvailable,
    string? MaxUnavailable,
    bool AlwaysAllowUnhealthy,
    int DisruptionsAllowed,
    int CurrentHealthy,
    int DesiredHealthy,
    int ExpectedPods,
    bool Observed)
{
    /// <summary>When this state reached us.</summary>
    public DateTimeOffset SeenAt { get; init; }

    /// <summary>No number of healthy pods makes the budget allow a disruption.</summary>
    public bool CanNeverAllow => Observed && ExpectedPods > 0 && DesiredHealthy >= ExpectedPods;

    public bool Selects(DrainPod pod) => pod.Id.Namespace == Namespace && Selector.Matches(pod.Labels);
}
