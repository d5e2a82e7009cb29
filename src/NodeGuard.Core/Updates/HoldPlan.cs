using NodeGuard.Core.Files;

namespace NodeGuard.Core.Updates;

public enum HoldMode
{
    /// <summary>Nothing is held: what an earlier runtime hold wrote is taken away.</summary>
    Off,

    /// <summary>Only looking: nothing is written, and nothing taken away either.</summary>
    Observe,

    Hold,

    /// <summary>Everything of ours is taken away, from /etc too.</summary>
    Release,
}

/// <summary>How it stands with one unit that installs updates.</summary>
public enum HoldState
{
    /// <summary>Could not be told: neither held nor free may be assumed.</summary>
    Unknown,

    /// <summary>It does not start without a permit, and systemd says so.</summary>
    Held,

    /// <summary>It would be held if the mode were not to observe.</summary>
    WouldHold,

    /// <summary>Nothing of ours keeps it from running.</summary>
    Free,

    /// <summary>The files are as they should be, and systemd has yet to read them.</summary>
    Waiting,

    /// <summary>Somebody masked it: it cannot run at all, whatever we do.</summary>
    Masked,

    /// <summary>A file that is not ours keeps the hold from its effect.</summary>
    ForeignDropIn,

    /// <summary>It runs now, and is not stopped; the hold counts from its next start.</summary>
    Running,

    Absent,
}

/// <param name="Mode">What is wished.</param>
/// <param name="Persistent">Under /etc, so that the hold is there before the agent at the next boot.</param>
/// <param name="Units">All gated ones, and all with a drop-in of ours.</param>
public sealed record HoldInput(HoldMode Mode, bool Persistent, IReadOnlyList<ObservedUnit> Units);

/// <param name="Unit">As it was looked at.</param>
/// <param name="State">How it stands.</param>
/// <param name="Reason">One sentence; what to do about it where something is to be done.</param>
public sealed record HoldVerdict(ObservedUnit Unit, HoldState State, string Reason);

/// <param name="Writes">Before the reload.</param>
/// <param name="Removals">Before the reload.</param>
/// <param name="Reload">systemd is to read its files anew: they are right, and what it knows is not.</param>
/// <param name="Verdicts">As it stands before the plan is carried out, one of each unit.</param>
public sealed record HoldPlan(
    IReadOnlyList<PlannedWrite> Writes, IReadOnlyList<PlannedRemoval> Removals, bool Reload, IReadOnlyList<HoldVerdict> Verdicts)
{
    public bool ChangesFiles => Writes.Count > 0 || Removals.Count > 0;
}
