namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>Why a node is disrupted, the most urgent first.</summary>
public enum RecycleReason
{
    /// <summary>A person asked for it.</summary>
    Manual,

    /// <summary>Broken, and not mended by itself.</summary>
    Unhealthy,

    /// <summary>It does not run the image that its policy wants.</summary>
    Image,

    /// <summary>It differs from the image that it was built from.</summary>
    Drift,

    /// <summary>It will be older than its policy's maxAge.</summary>
    Age,

    /// <summary>A reboot is required.</summary>
    Reboot,

    /// <summary>Packages are pending, and the policy coordinates updates.</summary>
    Update,
}
