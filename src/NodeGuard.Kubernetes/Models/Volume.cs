namespace NodeGuard.Kubernetes.Models;

/// <summary>One volume of a pod; at most one source is set.</summary>
public sealed class Volume : WireObject
{
    public string Name { get; set; } = string.Empty;

    public EmptyDirVolumeSource? EmptyDir { get; set; }

    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; set; }

    /// <summary>Its claim is named POD-VOLUME.</summary>
    public EphemeralVolumeSource? Ephemeral { get; set; }

    public HostPathVolumeSource? HostPath { get; set; }

    public CsiVolumeSource? Csi { get; set; }
}

public sealed class EmptyDirVolumeSource : WireObject
{
    public string? Medium { get; set; }

    public string? SizeLimit { get; set; }
}

public sealed class PersistentVolumeClaimVolumeSource : WireObject
{
    public string ClaimName { get; set; } = string.Empty;

    public bool? ReadOnly { get; set; }
}

public sealed class EphemeralVolumeSource : WireObject;

public sealed class HostPathVolumeSource : WireObject
{
    public string Path { get; set; } = string.Empty;

    public string? Type { get; set; }
}

/// <summary>A volume that lives and ends with the pod, made by a CSI driver.</summary>
public sealed class CsiVolumeSource : WireObject
{
    public string Driver { get; set; } = string.Empty;

    public bool? ReadOnly { get; set; }
}
