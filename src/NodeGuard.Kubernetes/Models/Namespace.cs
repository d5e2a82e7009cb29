namespace NodeGuard.Kubernetes.Models;

/// <summary>Its spec is kept as it came.</summary>
public sealed class Namespace : KubeObject
{
    public NamespaceStatus? Status { get; set; }
}

public sealed class NamespaceStatus : WireObject
{
    /// <summary>Active or Terminating.</summary>
    public string? Phase { get; set; }

    public List<Condition>? Conditions { get; set; }
}
