namespace NodeGuard.Kubernetes.Models;

public sealed class Lease : KubeObject
{
    public LeaseSpec? Spec { get; set; }
}

public sealed class LeaseSpec : WireObject
{
    public string? HolderIdentity { get; set; }

    public int? LeaseDurationSeconds { get; set; }

    public MicroTime? AcquireTime { get; set; }

    public MicroTime? RenewTime { get; set; }

    public int? LeaseTransitions { get; set; }
}
