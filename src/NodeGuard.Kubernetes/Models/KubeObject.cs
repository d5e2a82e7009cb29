namespace NodeGuard.Kubernetes.Models;

/// <summary>What every API object has.</summary>
public abstract class KubeObject : WireObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ObjectMeta Metadata { get; set; } = new();
}
