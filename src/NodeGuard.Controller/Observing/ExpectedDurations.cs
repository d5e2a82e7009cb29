using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>How long the recycles of a policy take, from those that have succeeded.</summary>
/// <param name="Most">Nine of ten took no longer.</param>
/// <param name="Mean">What one takes on average.</param>
public sealed record ExpectedDurations(TimeSpan Most, TimeSpan Mean)
{
    private const int Enough = 5;
    private const int Newest = 50;

    /// <summary>Null while too few are known.</summary>
    public static ExpectedDurations? Of(string policy, IEnumerable<NodeRecycle> recycles)
    {
        TimeSpan[] durations =
        [
            .. recycles.Where(recycle => RecycleReading.Phase(recycle) == RecyclePhase.Succeeded && recycle.Status?.Node?.Policy == policy
                    // An update tells nothing of how long a replacement takes.
                    && recycle.Status.Replacement?.Method != nameof(ReplacementMethod.Update))
                .OrderByDescending(static recycle => recycle.Status!.FinishedAt)
                .Take(Newest)
                .Select(static recycle => recycle.Status!.FinishedAt - recycle.Status.StartedAt)
                .OfType<TimeSpan>()
                .Order(),
        ];
        return durations.Length < Enough
            ? null
            : new ExpectedDurations(durations[(durations.Length - 1) * 9 / 10], TimeSpan.FromSeconds(durations.Average(static duration => duration.TotalSeconds)));
    }
}
