namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>What is done to a machine once its node is drained.</summary>
public enum ReplacementMethod
{
    /// <summary>The same machine starts again.</summary>
    Reboot,

    ClusterApi,

    Karpenter,

    /// <summary>A resource that stands for the machine is deleted, and its owner makes another one.</summary>
    DeleteResource,

    /// <summary>A signed HTTP request to a service of the operator.</summary>
    Webhook,

    /// <summary>The Node is deleted, and whatever made it makes another one.</summary>
    DeleteNode,

    /// <summary>The machine stays, and its agent updates packages; it starts again after that where a reboot is due and wanted.</summary>
    Update,
}
