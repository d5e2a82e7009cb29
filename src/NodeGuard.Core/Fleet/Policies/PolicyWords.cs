namespace NodeGuard.Core.Fleet.Policies;

/// <summary>What is done to a node that differs from the image that it was built from.</summary>
public enum DriftResponse
{
    Report,

    Recycle,
}

/// <summary>When a node is rebooted for updates.</summary>
public enum RebootPolicy
{
    Never,

    IfRequired,
}

/// <summary>Days as a policy's windows name them.</summary>
public enum Weekday
{
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// <summary>What the end of a window means for a recycle.</summary>
public enum WindowEnd
{
    /// <summary>A recycle starts only if it can be expected to end inside the window.</summary>
    FitInside,

    /// <summary>A recycle starts until the window's last moment.</summary>
    AllowOverrun,
}

/// <summary>How a Cluster API machine is replaced.</summary>
public enum ClusterApiStrategy
{
    Delete,

    /// <summary>The owner is scaled up first, and the machine is the one that goes when it is scaled down.</summary>
    Surge,

    /// <summary>The machine is marked, and the owner's remediation replaces it.</summary>
    Remediate,
}

/// <summary>What of a node names the resource that stands for its machine.</summary>
public enum ResourceMatch
{
    ProviderId,

    Label,

    Annotation,
}

public enum NotificationFormat
{
    /// <summary>NodeGuard's own object.</summary>
    Json,

    /// <summary>What Slack's incoming webhooks take, and those who copy them.</summary>
    Slack,
}
