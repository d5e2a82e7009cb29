namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>-o json of `nodeguard plan`.</summary>
/// <param name="At">The time that the plan is made for.</param>
/// <param name="Forecast">With --until only.</param>
internal sealed record PlanReport(DateTimeOffset At, IReadOnlyList<OutlookReport> Nodes, ForecastPlanReport? Forecast);

/// <summary>What is expected to happen until a time.</summary>
/// <param name="Starts">In their order; generation 1 is the successor of a node that lives now.</param>
/// <param name="Misses">Nodes that will be older than allowed.</param>
/// <param name="Days">In local time; each day of the forecast.</param>
/// <param name="Remedies">What would have to change, so that nothing is missed.</param>
internal sealed record ForecastPlanReport(
    DateTimeOffset Until,
    IReadOnlyList<ForecastStartReport> Starts,
    IReadOnlyList<MissReport> Misses,
    IReadOnlyList<DayReport> Days,
    IReadOnlyList<RemedyReport> Remedies);

internal sealed record ForecastStartReport(string Node, int Generation, string Policy, string Reason, DateTimeOffset Start, DateTimeOffset End);

/// <param name="End">When it is expected to be replaced; null when that is not known.</param>
/// <param name="Avoidable">Other budgets, windows or ages might help.</param>
internal sealed record MissReport(string Node, int Generation, string Policy, DateTimeOffset Deadline, DateTimeOffset? End, string Why, bool Avoidable);

internal sealed record DayReport(string Date, int Starts, int Misses, IReadOnlyList<WindowReport> Windows);

/// <summary>A window that opens on the day; none for a policy that is always open.</summary>
internal sealed record WindowReport(string Policy, DateTimeOffset Start, DateTimeOffset End);

internal sealed record RemedyReport(string Policy, IReadOnlyList<string> Changes);
