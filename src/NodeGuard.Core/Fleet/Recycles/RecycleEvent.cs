namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>What one look at a recycle and its node shows; <see cref="RecycleEvents"/> picks the one that counts.</summary>
public enum RecycleEvent
{
    /// <summary>Nothing that leads on: the phase's work goes on.</summary>
    Waiting,

    /// <summary>A person cancelled it, or deleted its object.</summary>
    CancelAsked,

    /// <summary>Its node does not exist any more.</summary>
    NodeGone,

    /// <summary>A node of that name exists, and it is another one.</summary>
    NodeIsAnother,

    /// <summary>The slot is ours.</summary>
    SlotTaken,

    /// <summary>The slot was ours, and is not any more.</summary>
    SlotLost,

    /// <summary>The slot was given to a node that was unavailable, and it is back before anything was done to it.</summary>
    CameBack,

    /// <summary>The node takes no pods; where its successor comes first, that one is ready.</summary>
    Cordoned,

    /// <summary>Somebody has uncordoned the node.</summary>
    Uncordoned,

    /// <summary>All pods that should go have gone.</summary>
    Drained,

    /// <summary>The drain failed or was blocked until its timeout; it is tried again later.</summary>
    DrainGaveUp,

    /// <summary>The same, for the last time.</summary>
    DrainFailed,

    /// <summary>The same, and a person said force.</summary>
    DrainForced,

    /// <summary>The fleet or its policy is paused or frozen.</summary>
    Stopped,

    /// <summary>The machine was rebooted, or replaced.</summary>
    ActionDone,

    /// <summary>It was refused, or cannot come to an end.</summary>
    ActionFailed,

    /// <summary>The node, or its successor, has proved well.</summary>
    Well,

    /// <summary>It is what it must not be, and no waiting will change that.</summary>
    Ill,

    /// <summary>The phase's time is over.</summary>
    TimedOut,
}
