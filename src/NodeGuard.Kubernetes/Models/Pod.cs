using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

public sealed class Pod : KubeObject
{
    public PodSpec? Spec { get; set; }

    public PodStatus? Status { get; set; }
}

public sealed class PodSpec : WireObject
{
    public string? NodeName { get; set; }

    public Dictionary<string, string>? NodeSelector { get; set; }

    public Affinity? Affinity { get; set; }

    public List<Toleration>? Tolerations { get; set; }

    public List<Volume>? Volumes { get; set; }

    public List<Container>? Containers { get; set; }

    public List<Container>? InitContainers { get; set; }

    /// <summary>Quantities by resource name, on top of the containers'.</summary>
    public Dictionary<string, string>? Overhead { get; set; }

    public int? Priority { get; set; }

    public string? PriorityClassName { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }

    public string? RestartPolicy { get; set; }

    public string? SchedulerName { get; set; }

    public string? ServiceAccountName { get; set; }

    public bool? HostNetwork { get; set; }
}

public sealed class Container : WireObject
{
    public string Name { get; set; } = string.Empty;

    public string? Image { get; set; }

    /// <summary>Always on an init container makes it a sidecar.</summary>
    public string? RestartPolicy { get; set; }

    public ResourceRequirements? Resources { get; set; }

    public List<ContainerPort>? Ports { get; set; }
}

public sealed class ContainerPort : WireObject
{
    [JsonPropertyName("containerPort")]
    public int? Number { get; set; }

    public int? HostPort { get; set; }

    [JsonPropertyName("hostIP")]
    public string? HostIp { get; set; }

    public string? Protocol { get; set; }
}

public sealed class ResourceRequirements : WireObject
{
    /// <summary>Quantities by resource name.</summary>
    public Dictionary<string, string>? Requests { get; set; }

    /// <summary>Quantities by resource name.</summary>
    public Dictionary<string, string>? Limits { get; set; }
}

public sealed class Toleration : WireObject
{
    public string? Key { get; set; }

    /// <summary>Exists or Equal; absent means Equal.</summary>
    public string? Operator { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }

    public long? TolerationSeconds { get; set; }
}

public sealed class PodStatus : WireObject
{
    /// <summary>Pending, Running, Succeeded, Failed or Unknown.</summary>
    public string? Phase { get; set; }

    public List<Condition>? Conditions { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? NominatedNodeName { get; set; }

    [JsonPropertyName("podIP")]
    public string? PodIp { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public List<ContainerStatus>? ContainerStatuses { get; set; }

    public List<ContainerStatus>? InitContainerStatuses { get; set; }
}

public sealed class ContainerStatus : WireObject
{
    public string Name { get; set; } = string.Empty;

    public bool Ready { get; set; }

    public int RestartCount { get; set; }

    public bool? Started { get; set; }

    public ContainerState? State { get; set; }

    public ContainerState? LastState { get; set; }
}

/// <summary>At most one is set.</summary>
public sealed class ContainerState : WireObject
{
    public ContainerStateWaiting? Waiting { get; set; }

    public ContainerStateRunning? Running { get; set; }

    public ContainerStateTerminated? Terminated { get; set; }
}

public sealed class ContainerStateWaiting : WireObject
{
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

public sealed class ContainerStateRunning : WireObject
{
    public DateTimeOffset? StartedAt { get; set; }
}

public sealed class ContainerStateTerminated : WireObject
{
    public int ExitCode { get; set; }

    public int? Signal { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}
