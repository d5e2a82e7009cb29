namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>Who makes and ends a pool's machines.</summary>
public enum PoolProvider
{
    /// <summary>Nobody: a machine whose Node is deleted ends, and none follows.</summary>
    None,

    /// <summary>A plain group of a cloud: a machine whose Node is deleted ends, and another one joins.</summary>
    Autoscaling,

    ClusterApi,

    Karpenter,

    /// <summary>Resources of a Crossplane-like composite.</summary>
    Resource,

    /// <summary>An HTTP endpoint.</summary>
    Webhook,
}
