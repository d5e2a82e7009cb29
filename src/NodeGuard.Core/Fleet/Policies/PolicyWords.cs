namespace NodeGuard.Core.Fleet.Policies;

/// <summary>What is done to a node that differs from the image that it was built from.</summary>
public enum DriftResponse
{
    Report,

    Recycle,
}

/// <summary>Who updates the packages of a node.</summary>
public enum UpdateMode
{
    /// <summary>Whoever did before: the fleet has no part in it.</summary>
    Off,

    /// <summary>Nobody: what installs updates by itself is held.</summary>
    Hold,

    /// <summary>The same, and the controller has one node after another update.</summary>
    Coordinated,
}

/// <summary>When the pods of a node leave for its update.</summary>
public enum UpdateDrain
{
    Never,

    /// <summary>Only for the reboot that an update leads to.</summary>
    IfReboot,

    /// <summary>Before any update.</summary>
    Always,
}

/// <summary>What a hazard means for a coordinated update.</summary>
public enum HazardResponse
{
    /// <summary>The node is not updated until the hazard is gone.</summary>
    Wait,

    /// <summary>It is updated all the same: its agent restores what is deleted.</summary>
    Proceed,
}

/// <summary>When a node is rebooted for updates.</summary>
public enum RebootPolicy
{
    Never,

    IfRequired,
}

/// <summary>How an agent reboots its node. The words are those of the operations too, so that no other way is ever taken instead.</summary>
public enum RebootMethod
{
    /// <summary>All of the machine, firmware included.</summary>
    Reboot,

    /// <summary>Straight into the kernel that somebody has loaded.</summary>
    Kexec,

    /// <summary>Userspace alone: the kernel stays.</summary>
    SoftReboot,
}

/// <summary>What is done about a package manager that broke off.</summary>
public enum RepairPolicy
{
    /// <summary>Left to people.</summary>
    Never,

    /// <summary>What it has begun is ended: dpkg --configure -a.</summary>
    Interrupted,
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
