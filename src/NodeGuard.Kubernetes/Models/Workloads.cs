namespace NodeGuard.Kubernetes.Models;

public sealed class DaemonSet : KubeObject
{
    public DaemonSetSpec? Spec { get; set; }

    public DaemonSetStatus? Status { get; set; }
}

public sealed class DaemonSetSpec : WireObject
{
    public LabelSelector? Selector { get; set; }

    public PodTemplate? Template { get; set; }
}

public sealed class DaemonSetStatus : WireObject
{
    public int DesiredNumberScheduled { get; set; }

    public int CurrentNumberScheduled { get; set; }

    public int NumberReady { get; set; }

    public int? NumberAvailable { get; set; }

    public int? NumberUnavailable { get; set; }

    public int? UpdatedNumberScheduled { get; set; }

    public int NumberMisscheduled { get; set; }

    public long? ObservedGeneration { get; set; }
}

/// <summary>What a workload makes its pods from.</summary>
public sealed class PodTemplate : WireObject
{
    public ObjectMeta? Metadata { get; set; }

    public PodSpec? Spec { get; set; }
}

public sealed class ReplicaSet : KubeObject
{
    public ReplicaSpec? Spec { get; set; }

    public ReplicaStatus? Status { get; set; }
}

public sealed class Deployment : KubeObject
{
    public ReplicaSpec? Spec { get; set; }

    public ReplicaStatus? Status { get; set; }
}

public sealed class StatefulSet : KubeObject
{
    public ReplicaSpec? Spec { get; set; }

    public ReplicaStatus? Status { get; set; }
}

public sealed class ReplicationController : KubeObject
{
    public ReplicationControllerSpec? Spec { get; set; }

    public ReplicaStatus? Status { get; set; }
}

/// <summary>What ReplicaSets, Deployments and StatefulSets have in common.</summary>
public sealed class ReplicaSpec : WireObject
{
    /// <summary>Absent means 1.</summary>
    public int? Replicas { get; set; }

    public LabelSelector? Selector { get; set; }

    public PodTemplate? Template { get; set; }
}

public sealed class ReplicationControllerSpec : WireObject
{
    /// <summary>Absent means 1.</summary>
    public int? Replicas { get; set; }

    public Dictionary<string, string>? Selector { get; set; }

    public PodTemplate? Template { get; set; }
}

public sealed class ReplicaStatus : WireObject
{
    public int? Replicas { get; set; }

    public int? ReadyReplicas { get; set; }

    public int? AvailableReplicas { get; set; }

    public int? UpdatedReplicas { get; set; }

    public long? ObservedGeneration { get; set; }
}

public sealed class Job : KubeObject
{
    public JobSpec? Spec { get; set; }

    public JobStatus? Status { get; set; }
}

public sealed class JobSpec : WireObject
{
    public int? Parallelism { get; set; }

    public int? Completions { get; set; }

    public int? BackoffLimit { get; set; }

    public bool? Suspend { get; set; }

    public LabelSelector? Selector { get; set; }

    public PodTemplate? Template { get; set; }
}

public sealed class JobStatus : WireObject
{
    public int? Active { get; set; }

    public int? Ready { get; set; }

    public int? Succeeded { get; set; }

    public int? Failed { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public DateTimeOffset? CompletionTime { get; set; }

    public List<Condition>? Conditions { get; set; }
}
