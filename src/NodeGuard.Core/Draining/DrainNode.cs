namespace NodeGuard.Core.Draining;

/// <summary>A node as observed, as far as draining asks.</summary>
public sealed record DrainNode
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public bool Unschedulable { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = DrainPod.NoLabels;

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>
    /// The field manager that last wrote <c>spec.unschedulable</c>; null when the server does not say. An admin who cordons
    /// after us, on a node whose old annotation still stands, is seen by it.
    /// </summary>
    public string? UnschedulableManager { get; init; }

    /// <summary>Its kubelet has not been heard for so long that the node controller tainted it.</summary>
    public bool IsUnreachable => Taints.Any(taint => taint.Key == DrainKeys.Unreachable);
}
