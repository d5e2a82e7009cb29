using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;

namespace NodeGuard.Core.Draining.Preflight;

/// <summary>
/// The cluster as preflight needs it: every node, every pod, every budget, and what is known of controllers, namespaces
/// and volumes. What could not be read is listed in <see cref="Unread"/> and told in the report.
/// </summary>
public sealed record PreflightInput
{
    public required IReadOnlyList<PreflightNode> Nodes { get; init; }

    public required IReadOnlyList<PreflightPod> Pods { get; init; }

    public required IReadOnlyList<PreflightBudget> Budgets { get; init; }

    public IReadOnlyList<PreflightController> Controllers { get; init; } = [];

    public IReadOnlyDictionary<string, Markings> Namespaces { get; init; } = new Dictionary<string, Markings>();

    /// <summary>By "namespace/claim": the nodes from which the bound volume can be reached.</summary>
    public IReadOnlyDictionary<string, NodeSelection> ClaimPlacement { get; init; } = new Dictionary<string, NodeSelection>();

    /// <summary>One sentence for each kind of object that could not be listed.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];
}

/// <summary>Labels and annotations.</summary>
public sealed record Markings(IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations)
{
    public static Markings None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());
}

public sealed record PreflightNode
{
    public required string Name { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    public bool Unschedulable { get; init; }

    public bool Ready { get; init; } = true;

    public IReadOnlyDictionary<string, decimal> Allocatable { get; init; } = new Dictionary<string, decimal>();
}

public sealed record PreflightPod
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public required string NodeName { get; init; }

    public Markings Markings { get; init; } = Markings.None;

    public PodPhase Phase { get; init; } = PodPhase.Running;

    public bool Ready { get; init; } = true;

    /// <summary>A container waits in CrashLoopBackOff.</summary>
    public bool CrashLooping { get; init; }

    public bool Terminating { get; init; }

    public bool Mirror { get; init; }

    public OwnerKey? Controller { get; init; }

    /// <summary>Names of the emptyDir volumes.</summary>
    public IReadOnlyList<string> LocalVolumes { get; init; } = [];

    /// <summary>Names of the claims that the pod mounts.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    public IReadOnlyList<string> Finalizers { get; init; } = [];

    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    public IReadOnlyDictionary<string, decimal> Requests { get; init; } = new Dictionary<string, decimal>();

    public IReadOnlyList<PodToleration> Tolerations { get; init; } = [];

    /// <summary>nodeSelector and the required node affinity; null: any node.</summary>
    public NodeSelection? Selection { get; init; }

    public string FullName => $"{Namespace}/{Name}";

    public bool Finished => Phase is PodPhase.Succeeded or PodPhase.Failed;
}

/// <summary>An object that a pod, or another controller, points to as its controller.</summary>
/// <param name="Group">The API group without version; empty for the core group.</param>
public sealed record OwnerKey(string Group, string Kind, string Namespace, string Name)
{
    public bool IsDaemonSet => Kind == "DaemonSet" && Group == "apps";

    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <param name="Replicas">Wanted pods; null where the kind has no such number.</param>
public sealed record PreflightController(OwnerKey Key, OwnerKey? Parent, Markings Markings, int? Replicas);

public sealed record PreflightBudget
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public Markings Markings { get; init; } = Markings.None;

    public required LabelMatch Selector { get; init; }

    public CountOrPercent? MinAvailable { get; init; }

    public CountOrPercent? MaxUnavailable { get; init; }

    /// <summary>unhealthyPodEvictionPolicy: AlwaysAllow; otherwise IfHealthyBudget.</summary>
    public bool AlwaysAllowUnhealthy { get; init; }

    /// <summary>Null while no disruption controller has written a status for this generation.</summary>
    public BudgetStatus? Status { get; init; }

    public string FullName => $"{Namespace}/{Name}";

    public bool Selects(PreflightPod pod) =>
        pod.Namespace == Namespace && Selector.Matches(pod.Markings.Labels);
}

/// <param name="Failure">The message of the condition DisruptionAllowed when its reason is SyncFailed.</param>
public sealed record BudgetStatus(int DisruptionsAllowed, int CurrentHealthy, int DesiredHealthy, int ExpectedPods, string? Failure);
