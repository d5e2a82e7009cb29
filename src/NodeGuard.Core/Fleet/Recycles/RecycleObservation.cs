namespace NodeGuard.Core.Fleet.Recycles;

/// <summary>All that one look at a recycle shows. What could not be read is <c>Unknown</c>, and leads nowhere (Invariant 11).</summary>
public sealed record RecycleObservation
{
    public required RecyclePhase Phase { get; init; }

    public bool CancelAsked { get; init; }

    /// <summary>A person said force.</summary>
    public bool Forced { get; init; }

    public NodePresence Node { get; init; } = NodePresence.Unknown;

    public bool HasSlot { get; init; }

    /// <summary>
    /// The node was unavailable when its slot was taken, and takes pods now, without a mark of ours: the slot is no room for it
    /// (Invariant 5).
    /// </summary>
    public bool CameBack { get; init; }

    /// <summary>The fleet or the policy is paused or frozen.</summary>
    public bool Stopped { get; init; }

    public CordonState Cordon { get; init; } = CordonState.Unknown;

    public DrainState Drain { get; init; } = DrainState.NotStarted;

    /// <summary>Drains that were tried, with the one under way.</summary>
    public int Attempts { get; init; }

    public int MostAttempts { get; init; } = 3;

    public ActionState Action { get; init; } = ActionState.NotAsked;

    /// <summary>The recycle's mark is on the node, and the cordon that came before it is not: somebody has taken it away.</summary>
    public bool CordonTaken { get; init; }

    /// <summary>What is wanted before the drain is not there yet: the successor, or word that the machine can be replaced at all.</summary>
    public bool AwaitsSuccessor { get; init; }

    public Health Health { get; init; } = Health.Unknown;

    /// <summary>The phase's time is over.</summary>
    public bool TimedOut { get; init; }
}

public enum NodePresence
{
    Unknown,
    Present,
    Gone,

    /// <summary>Same name, other UID.</summary>
    Another,
}

public enum CordonState
{
    Unknown,
    None,
    Ours,

    /// <summary>An admin's; it stays, whatever happens (Invariant 7).</summary>
    Others,
}

public enum DrainState
{
    NotStarted,
    Running,
    Drained,

    /// <summary>Failed, or blocked until its timeout.</summary>
    Failed,
}

public enum ActionState
{
    NotAsked,

    /// <summary>Asked for; the machine is on its way.</summary>
    Running,
    Done,

    /// <summary>Refused, or failed for good.</summary>
    Failed,
}

public enum Health
{
    Unknown,
    NotYet,
    Well,

    /// <summary>No waiting makes it well: the wrong image, the wrong pool.</summary>
    Ill,
}
