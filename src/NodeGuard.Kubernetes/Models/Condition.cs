namespace NodeGuard.Kubernetes.Models;

/// <summary>One entry of <c>status.conditions</c> of any kind.</summary>
public sealed class Condition : WireObject
{
    public string Type { get; set; } = string.Empty;

    /// <summary>True, False or Unknown.</summary>
    public string Status { get; set; } = string.Empty;

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Of a node only.</summary>
    public DateTimeOffset? LastHeartbeatTime { get; set; }

    public long? ObservedGeneration { get; set; }
}
