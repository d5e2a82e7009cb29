using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet.Reports;

/// <summary>One NodeRecycle, asked for, under way or ended.</summary>
/// <param name="Successor">The node that came instead.</param>
/// <param name="DurationSeconds">From its slot to its end.</param>
/// <param name="Note">What the person who asked for it said.</param>
/// <param name="Message">What it does, waits for, or ended with.</param>
internal sealed record RecycleReport(
    string Name,
    string Node,
    string? Successor,
    string? Policy,
    IReadOnlyList<string> Reasons,
    string? Method,
    bool Force,
    string? RequestedBy,
    string? Note,
    DateTimeOffset? RequestedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    double? DurationSeconds,
    string Phase,
    DateTimeOffset? PhaseSince,
    DateTimeOffset? PhaseDeadline,
    int Attempts,
    bool Cancel,
    string? Message)
{
    /// <summary>What is installed, where the machine stays and is updated: "name version".</summary>
    public IReadOnlyList<string>? Updates { get; init; }

    public bool IsFinal => Phase is nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) or nameof(RecyclePhase.Cancelled);

    public static RecycleReport Of(NodeRecycle recycle)
    {
        NodeRecycleSpec spec = recycle.Spec ?? new NodeRecycleSpec();
        NodeRecycleStatus? status = recycle.Status;
        return new RecycleReport(
            recycle.Metadata.Name ?? string.Empty,
            spec.NodeName ?? string.Empty,
            status?.Replacement?.Successor?.Name,
            status?.Node?.Policy ?? spec.Policy,
            spec.Reasons ?? [],
            status?.Replacement?.Method ?? spec.Method,
            RecycleReading.IsForced(recycle),
            spec.RequestedBy,
            spec.Message,
            recycle.Metadata.CreationTimestamp,
            status?.StartedAt,
            status?.FinishedAt,
            (status?.FinishedAt - status?.StartedAt)?.TotalSeconds,
            status?.Phase ?? nameof(RecyclePhase.Pending),
            status?.PhaseSince ?? recycle.Metadata.CreationTimestamp,
            status?.PhaseDeadline,
            RecycleReading.Attempts(recycle),
            spec.Cancel ?? false,
            status?.Message)
        {
            Updates = (status?.Replacement?.Updates ?? spec.Updates)?.ConvertAll(static package => $"{package.Name} {package.Version}"),
        };
    }
}
