namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>How far the disruption of a node is.</summary>
public enum RecyclePhase
{
    /// <summary>Waits for its slot; the node is untouched.</summary>
    Pending,

    /// <summary>Holds a slot; the node takes no new pods.</summary>
    Cordoned,

    Draining,

    /// <summary>The machine is rebooted or replaced.</summary>
    Acting,

    /// <summary>The node, or its successor, has yet to prove that it is well.</summary>
    Verifying,

    Succeeded,

    Failed,

    Cancelled,
}

public static class RecyclePhases
{
    /// <summary>Nothing is done any more.</summary>
    public static bool IsFinal(this RecyclePhase phase) => phase is RecyclePhase.Succeeded or RecyclePhase.Failed or RecyclePhase.Cancelled;
}
