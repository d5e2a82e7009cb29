using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Metrics;

/// <summary>What a recycle's new phase adds to the totals.</summary>
internal static class RecycleCounts
{
    /// <param name="before">As it was read before the phase was written.</param>
    public static void Moved(ControllerMetrics metrics, NodeRecycle before, string policy, RecyclePhase to, DateTimeOffset now)
    {
        DateTimeOffset since = before.Status?.PhaseSince ?? RecycleReading.RequestedAt(before);
        if (RecycleReading.Phase(before) is { } from && from != to)
            metrics.PhaseOver(from, now - since);
        if (to == RecyclePhase.Cordoned)
            metrics.Started(policy, FleetGauges.ReasonOf(before));
        if (to.IsFinal())
            metrics.Ended(policy, to, now - before.Status?.StartedAt);
    }
}
