namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>-o json of `nodeguard status` towards a cluster.</summary>
/// <param name="Nodes">All nodes of the cluster.</param>
/// <param name="Unavailable">Nodes that are away for any cause, or missing.</param>
/// <param name="Allowed">How many may be.</param>
/// <param name="Recycles">Under way or waiting, the oldest first.</param>
internal sealed record FleetReport(
    int Nodes,
    int Unavailable,
    int Allowed,
    bool Paused,
    FreezeReport? Freeze,
    IReadOnlyList<PolicyReport> Policies,
    IReadOnlyList<RecycleReport> Recycles,
    IReadOnlyList<TroubleReport> Troubles);

/// <summary>Why nothing new starts.</summary>
internal sealed record FreezeReport(string? Cause, DateTimeOffset? Since, string? Message, IReadOnlyList<string> Evidence);

/// <summary>How one NodePolicy stands.</summary>
/// <param name="Outdated">Nodes that do not run the wanted image.</param>
/// <param name="Overdue">Nodes past their deadline.</param>
/// <param name="Unavailable">What is used of <paramref name="Allowed"/>.</param>
/// <param name="Problem">Why the policy is not carried out.</param>
internal sealed record PolicyReport(
    string Name,
    int Nodes,
    int Outdated,
    int UnknownImage,
    int Overdue,
    int Unavailable,
    int Allowed,
    int InProgress,
    string? OldestNode,
    DateTimeOffset? OldestBornAt,
    DateTimeOffset? NextStart,
    bool Paused,
    FreezeReport? Freeze,
    string? Problem,
    WaveReport? Wave,
    ForecastReport? Forecast);

internal sealed record WaveReport(string Name, string Image, int Done, int Total, DateTimeOffset? SoakedAt);

/// <summary>What the controller has forecast; null fields: it has not said.</summary>
internal sealed record ForecastReport(bool? Feasible, int? Misses, DateTimeOffset? FirstMiss, string? Message);

/// <summary>A node that somebody should look at.</summary>
/// <param name="Kind">One word, for programs.</param>
/// <param name="Since">Null when it is not known.</param>
internal sealed record TroubleReport(string Node, string? Policy, TroubleKind Kind, string Message, DateTimeOffset? Since);

internal enum TroubleKind
{
    RoutesLost,
    UpdateHazard,
    NotReady,
    Overdue,
    Conflict,
    RecycleFailed,
    AgentSilent,
    Cordoned,
}
