namespace NodeGuard.Kubernetes.Models;

public sealed class PodDisruptionBudget : KubeObject
{
    public PodDisruptionBudgetSpec? Spec { get; set; }

    public PodDisruptionBudgetStatus? Status { get; set; }
}

public sealed class PodDisruptionBudgetSpec : WireObject
{
    public IntOrString? MinAvailable { get; set; }

    public IntOrString? MaxUnavailable { get; set; }

    public LabelSelector? Selector { get; set; }

    /// <summary>IfHealthyBudget (also when absent) or AlwaysAllow.</summary>
    public string? UnhealthyPodEvictionPolicy { get; set; }
}

public sealed class PodDisruptionBudgetStatus : WireObject
{
    public int DisruptionsAllowed { get; set; }

    public int CurrentHealthy { get; set; }

    public int DesiredHealthy { get; set; }

    public int ExpectedPods { get; set; }

    /// <summary>Below metadata.generation: the numbers are not of this spec.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Pods whose eviction was let through and which are not seen as gone yet.</summary>
    public Dictionary<string, DateTimeOffset>? DisruptedPods { get; set; }

    public List<Condition>? Conditions { get; set; }
}
