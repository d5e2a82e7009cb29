using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>All that a plan is made from; one reading of the cluster.</summary>
public sealed record FleetState
{
    public required IReadOnlyList<FleetNode> Nodes { get; init; }

    public required IReadOnlyList<Policy> Policies { get; init; }

    /// <summary>Requests and running disruptions; finished ones are not among them.</summary>
    public IReadOnlyList<PlannedRecycle> Recycles { get; init; } = [];

    /// <summary>Whoever disrupts a node holds one.</summary>
    public IReadOnlyList<Slot> Slots { get; init; } = [];

    /// <summary>Starts of the last hour and, of each policy, the last one; running ones among them.</summary>
    public IReadOnlyList<PastStart> Starts { get; init; } = [];

    /// <summary>Nodes that were updated and are well, as far back as is known.</summary>
    public IReadOnlyList<UpdatedNode> Updated { get; init; } = [];

    /// <summary>Versions that are brought to no node of any policy.</summary>
    public IReadOnlyList<HaltedVersion> Halted { get; init; } = [];

    public bool Paused { get; init; }

    /// <summary>Why the whole fleet is frozen; null while it is not.</summary>
    public string? FrozenBecause { get; init; }

    /// <summary>Over all nodes, with a policy or without.</summary>
    public required DisruptionBudget Budget { get; init; }
}

/// <summary>A NodeRecycle that has not ended.</summary>
/// <param name="Uid">Of the NodeRecycle.</param>
/// <param name="Automatic">Made by the controller; it goes with its reasons.</param>
/// <param name="NodeUid">Empty when the request does not say which of the nodes of that name.</param>
/// <param name="Waiting">In phase Pending.</param>
/// <param name="Forced">A person said force.</param>
/// <param name="NotBefore">Its last try failed.</param>
/// <param name="SuccessorUid">The node that has come in the place of its node, and has to prove itself; empty while none is known.</param>
public sealed record PlannedRecycle(
    string Name,
    string Uid,
    string Node,
    string NodeUid,
    IReadOnlyList<RecycleReason> Reasons,
    bool Automatic,
    bool Waiting,
    bool Forced,
    DateTimeOffset RequestedAt,
    DateTimeOffset? Deadline,
    DateTimeOffset? NotBefore = null,
    string SuccessorUid = "")
{
    /// <summary>What it installs; empty where it updates nothing.</summary>
    public IReadOnlyList<PackageVersion> Updates { get; init; } = [];
}

/// <summary>The right to disrupt one node. It is taken by compare-and-swap, and given back when the node is well (Invariant 5).</summary>
/// <param name="ControlPlane">
/// The node is one of the control plane; null when nobody has told: once it is gone, it is taken for one if the policy has such nodes.
/// </param>
public sealed record Slot(
    string Recycle, string RecycleUid, string Node, string NodeUid, string Policy, string Zone, DateTimeOffset Since, bool? ControlPlane = null);

/// <param name="ForAge">Its only reason was age.</param>
public sealed record PastStart(string Policy, DateTimeOffset At, bool ForAge);
