namespace NodeGuard.Core.Fleet.Guarded;

/// <summary>How the foreign objects of a node are.</summary>
public enum RouteState
{
    Unknown,

    Intact,

    /// <summary>An episode is under way.</summary>
    Restoring,

    /// <summary>Something that should exist does not, and is not coming back by itself.</summary>
    Lost,
}

/// <summary>Whether a node is still what its image made it.</summary>
public enum DriftState
{
    Unknown,

    None,

    Drifted,
}

/// <summary>What an agent is asked to do.</summary>
public enum OperationKind
{
    Reboot,

    /// <summary>Boot the kernel that is loaded, without the firmware.</summary>
    Kexec,

    /// <summary>Start userspace anew, with the kernel that runs.</summary>
    SoftReboot,

    /// <summary>Install packages in exactly the versions that are named.</summary>
    Update,
}

/// <summary>Whether units that install updates by themselves wait for a permit.</summary>
public enum UpdateHold
{
    Unknown,

    /// <summary>All of them do, or cannot run at all.</summary>
    Held,

    /// <summary>At least one does not.</summary>
    Free,

    /// <summary>The node has no such unit.</summary>
    NothingToHold,
}

/// <summary>How far an agent is with what it was asked to do.</summary>
public enum OperationState
{
    Accepted,

    Running,

    Done,

    Failed,
}
