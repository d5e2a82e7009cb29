using System.Text.Json.Serialization;

namespace NodeGuard.Kubernetes.Models;

public sealed class PersistentVolumeClaim : KubeObject
{
    public PersistentVolumeClaimSpec? Spec { get; set; }

    public PersistentVolumeClaimStatus? Status { get; set; }
}

public sealed class PersistentVolumeClaimSpec : WireObject
{
    /// <summary>The bound PersistentVolume.</summary>
    public string? VolumeName { get; set; }

    public string? StorageClassName { get; set; }

    public List<string>? AccessModes { get; set; }
}

public sealed class PersistentVolumeClaimStatus : WireObject
{
    /// <summary>Pending, Bound or Lost.</summary>
    public string? Phase { get; set; }
}

public sealed class PersistentVolume : KubeObject
{
    public PersistentVolumeSpec? Spec { get; set; }

    public PersistentVolumeStatus? Status { get; set; }
}

public sealed class PersistentVolumeSpec : WireObject
{
    public CsiPersistentVolumeSource? Csi { get; set; }

    public LocalVolumeSource? Local { get; set; }

    public HostPathVolumeSource? HostPath { get; set; }

    public ObjectReference? ClaimRef { get; set; }

    public VolumeNodeAffinity? NodeAffinity { get; set; }

    public string? StorageClassName { get; set; }

    public List<string>? AccessModes { get; set; }
}

public sealed class CsiPersistentVolumeSource : WireObject
{
    public string Driver { get; set; } = string.Empty;

    public string VolumeHandle { get; set; } = string.Empty;
}

/// <summary>A disk of one node.</summary>
public sealed class LocalVolumeSource : WireObject
{
    public string Path { get; set; } = string.Empty;
}

/// <summary>The nodes that can reach the volume.</summary>
public sealed class VolumeNodeAffinity : WireObject
{
    public NodeSelector? Required { get; set; }
}

public sealed class PersistentVolumeStatus : WireObject
{
    public string? Phase { get; set; }
}

public sealed class CsiNode : KubeObject
{
    public CsiNodeSpec? Spec { get; set; }
}

public sealed class CsiNodeSpec : WireObject
{
    public List<CsiNodeDriver>? Drivers { get; set; }
}

public sealed class CsiNodeDriver : WireObject
{
    public string Name { get; set; } = string.Empty;

    [JsonPropertyName("nodeID")]
    public string NodeId { get; set; } = string.Empty;

    public List<string>? TopologyKeys { get; set; }

    public CsiNodeAllocatable? Allocatable { get; set; }
}

public sealed class CsiNodeAllocatable : WireObject
{
    public int? Count { get; set; }
}

public sealed class VolumeAttachment : KubeObject
{
    public VolumeAttachmentSpec? Spec { get; set; }

    public VolumeAttachmentStatus? Status { get; set; }
}

public sealed class VolumeAttachmentSpec : WireObject
{
    public string Attacher { get; set; } = string.Empty;

    public string NodeName { get; set; } = string.Empty;

    public VolumeAttachmentSource? Source { get; set; }
}

public sealed class VolumeAttachmentSource : WireObject
{
    public string? PersistentVolumeName { get; set; }
}

public sealed class VolumeAttachmentStatus : WireObject
{
    public bool Attached { get; set; }
}
