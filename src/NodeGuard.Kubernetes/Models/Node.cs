using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

public sealed class Node : KubeObject
{
    public NodeSpec? Spec { get; set; }

    public NodeStatus? Status { get; set; }
}

public sealed class NodeSpec : WireObject
{
    public bool? Unschedulable { get; set; }

    public List<Taint>? Taints { get; set; }

    [JsonPropertyName("providerID")]
    public string? ProviderId { get; set; }

    [JsonPropertyName("podCIDR")]
    public string? PodCidr { get; set; }
}

public sealed class Taint : WireObject
{
    public string Key { get; set; } = string.Empty;

    public string? Value { get; set; }

    /// <summary>NoSchedule, PreferNoSchedule or NoExecute.</summary>
    public string Effect { get; set; } = string.Empty;

    public DateTimeOffset? TimeAdded { get; set; }
}

public sealed class NodeStatus : WireObject
{
    public List<Condition>? Conditions { get; set; }

    public List<NodeAddress>? Addresses { get; set; }

    public NodeSystemInfo? NodeInfo { get; set; }

    /// <summary>Quantities by resource name.</summary>
    public Dictionary<string, string>? Capacity { get; set; }

    /// <summary>Quantities by resource name.</summary>
    public Dictionary<string, string>? Allocatable { get; set; }

    public List<string>? VolumesInUse { get; set; }

    public List<AttachedVolume>? VolumesAttached { get; set; }
}

public sealed class NodeAddress : WireObject
{
    public string Type { get; set; } = string.Empty;

    public string Address { get; set; } = string.Empty;
}

public sealed class AttachedVolume : WireObject
{
    public string Name { get; set; } = string.Empty;

    public string DevicePath { get; set; } = string.Empty;
}

public sealed class NodeSystemInfo : WireObject
{
    [JsonPropertyName("machineID")]
    public string MachineId { get; set; } = string.Empty;

    [JsonPropertyName("systemUUID")]
    public string SystemUuid { get; set; } = string.Empty;

    [JsonPropertyName("bootID")]
    public string BootId { get; set; } = string.Empty;

    public string KernelVersion { get; set; } = string.Empty;

    public string OsImage { get; set; } = string.Empty;

    public string ContainerRuntimeVersion { get; set; } = string.Empty;

    public string KubeletVersion { get; set; } = string.Empty;

    public string OperatingSystem { get; set; } = string.Empty;

    public string Architecture { get; set; } = string.Empty;
}
