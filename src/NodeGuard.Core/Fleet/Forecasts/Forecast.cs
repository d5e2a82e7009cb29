using NodeGuard.Core.Fleet.Recycles;

namespace NodeGuard.Core.Fleet.Forecasts;

/// <summary>What is expected to happen until a time, if every recycle takes as long as those of its policy usually do.</summary>
/// <param name="Steps">In the order of their starts.</param>
/// <param name="Misses">Nodes that will be older than allowed, the earliest deadline first.</param>
/// <param name="NextStarts">By the names of nodes that live now; one that is missing does not start until then.</param>
public sealed record Forecast(
    IReadOnlyList<ForecastStep> Steps, IReadOnlyList<MissedDeadline> Misses, IReadOnlyDictionary<string, DateTimeOffset> NextStarts);

/// <param name="Node">The name of a node that lives now.</param>
/// <param name="Generation">0 for that node itself, 1 for its successor, and so on.</param>
/// <param name="Reason">The most urgent one.</param>
/// <param name="End">The node, or its successor, has proved well.</param>
public sealed record ForecastStep(string Node, int Generation, string Policy, RecycleReason Reason, DateTimeOffset Start, DateTimeOffset End);

/// <param name="End">When it is expected to be replaced; null when that is not known.</param>
/// <param name="Why">One part of a sentence.</param>
/// <param name="Avoidable">Other budgets, windows or ages might help.</param>
public sealed record MissedDeadline(
    string Node, int Generation, string Policy, DateTimeOffset Deadline, DateTimeOffset? End, string Why, bool Avoidable);
