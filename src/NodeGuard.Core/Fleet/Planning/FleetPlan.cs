using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Updates;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>What to do now, and for every node its next step or the one reason why there is none.</summary>
/// <param name="Starts">In their order; all of them together keep every budget.</param>
/// <param name="Withdrawals">Waiting automatic recycles whose reasons are gone.</param>
/// <param name="Outlooks">One for each node of the state, in its order.</param>
/// <param name="Policies">One for each policy of the state, in its order.</param>
public sealed record FleetPlan(
    IReadOnlyList<RecycleStart> Starts,
    IReadOnlyList<Withdrawal> Withdrawals,
    IReadOnlyList<NodeOutlook> Outlooks,
    IReadOnlyList<PolicyOutlook> Policies)
{
    /// <summary>Nodes of the fleet that are unavailable for any cause, or missing.</summary>
    public int Unavailable { get; init; }

    /// <summary>How many may be.</summary>
    public int Allowed { get; init; }
}

/// <param name="Node">Its name and UID.</param>
/// <param name="Policy">Empty when none selects the node.</param>
/// <param name="Recycle">The waiting NodeRecycle to admit; null: one has to be made.</param>
/// <param name="Reasons">All of them: one disruption serves them together.</param>
/// <param name="Deadline">When the node would be older than allowed, or the request's own; null when nothing presses.</param>
public sealed record RecycleStart(
    FleetNode Node, string Policy, PlannedRecycle? Recycle, IReadOnlyList<RecycleReason> Reasons, DateTimeOffset? Deadline)
{
    /// <summary>The node is unavailable already, and was given no room of its own: should it come back first, this start is void.</summary>
    public bool WasUnavailable { get; init; }

    /// <summary>What is installed, where the machine stays and is updated.</summary>
    public IReadOnlyList<PackageVersion> Updates { get; init; } = [];

    /// <summary>Nothing is: what the node's package manager has begun is ended first.</summary>
    public bool Repairs { get; init; }
}

public sealed record Withdrawal(PlannedRecycle Recycle, string Why);

/// <summary>What will happen to one node.</summary>
/// <param name="Policy">Empty when none selects it.</param>
/// <param name="Reasons">Why it should be recycled now; empty when nothing asks for it yet.</param>
/// <param name="Obstacle">Why it is not started now; null when it is.</param>
/// <param name="Next">When the obstacle is expected to be gone, where that is known.</param>
/// <param name="Deadline">When its policy's maxAge is over.</param>
public sealed record NodeOutlook(
    FleetNode Node,
    string Policy,
    IReadOnlyList<RecycleReason> Reasons,
    Obstacle? Obstacle,
    DateTimeOffset? Next,
    DateTimeOffset? Deadline);

/// <summary>How one policy stands.</summary>
public sealed record PolicyOutlook
{
    public required string Name { get; init; }

    public int Nodes { get; init; }

    public int Unavailable { get; init; }

    public int Allowed { get; init; }

    public int InProgress { get; init; }

    /// <summary>Nodes that do not run the wanted image.</summary>
    public int Outdated { get; init; }

    /// <summary>Nodes whose image nobody has told, where one is wanted.</summary>
    public int UnknownImage { get; init; }

    public int Overdue { get; init; }

    public FleetNode? Oldest { get; init; }

    /// <summary>The image's wave that is under way; null when there are no waves, or nothing to roll out.</summary>
    public WaveStand? Wave { get; init; }

    public DateTimeOffset? NextStart { get; init; }

    /// <summary>Pending versions that have come through all waves.</summary>
    public IReadOnlyList<PackageVersion> Released { get; init; } = [];

    /// <summary>Nodes that another policy selects too.</summary>
    public IReadOnlyList<string> Conflicts { get; init; } = [];
}
