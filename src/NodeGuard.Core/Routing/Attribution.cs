namespace NodeGuard.Core.Routing;

/// <summary>Who an object belongs to, as far as a flush is concerned.</summary>
public enum Ownership : byte
{
    /// <summary>Neither networkd nor the kernel created it: a flush of it is a loss.</summary>
    Foreign = 0,

    /// <summary>networkd created it, and may delete it.</summary>
    Networkd = 1,
}

/// <summary>Who deleted an object, told by the netlink portid of the notification.</summary>
public enum Deleter : byte
{
    Networkd,

    /// <summary>Portid 0: the kernel, as a consequence of something else.</summary>
    Kernel,

    /// <summary>This agent.</summary>
    Self,

    OtherProcess,

    /// <summary>No notification was read: overrun, silent loss, or the agent was down.</summary>
    Unseen,
}

public enum DeletionVerdict : byte
{
    /// <summary>Networkd flushed it: put it back at once.</summary>
    RestoreNow,

    /// <summary>It fell with something that networkd deleted: put it back behind its cause.</summary>
    RestoreAfterCause,

    /// <summary>Its loss may yet turn out to be part of a flush: wait a moment before it is given up.</summary>
    AwaitExplanation,

    /// <summary>Its owner, or the kernel on its own account, took it away: it shall stay away.</summary>
    Forget,

    /// <summary>Our own doing.</summary>
    Ignore,
}

/// <summary>
/// The table of design section 5. Holds invariant 1 (what an owner deleted stays deleted) and the deciding half of
/// invariant 2 (what networkd flushed comes back).
/// </summary>
public static class Attribution
{
    /// <param name="deleter">Who deleted the object.</param>
    /// <param name="owner">Whose object it was.</param>
    /// <param name="pinned">The operator declared that it must exist, whoever deletes it.</param>
    /// <param name="explained">
    /// For the kernel: the object hung on something that networkd deleted in this episode. For an unseen deletion: an
    /// episode runs, or networkd started a moment ago.
    /// </param>
    public static DeletionVerdict Decide(Deleter deleter, Ownership owner, bool pinned, bool explained) =>
        (deleter, owner, pinned, explained) switch
        {
            (Deleter.Self, _, _, _) => DeletionVerdict.Ignore,
            (_, _, pinned: true, _) => DeletionVerdict.RestoreNow,
            (_, Ownership.Networkd, _, _) => DeletionVerdict.Forget,
            (Deleter.Networkd, _, _, _) => DeletionVerdict.RestoreNow,
            (Deleter.OtherProcess, _, _, _) => DeletionVerdict.Forget,
            (_, _, _, explained: true) => DeletionVerdict.RestoreAfterCause,
            (_, _, _, explained: false) => DeletionVerdict.AwaitExplanation,
        };
}
