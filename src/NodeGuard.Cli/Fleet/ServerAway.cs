using NodeGuard.Cli.Output;
using NodeGuard.Controller.Observing;
using NodeGuard.Kubernetes.Caching;

namespace NodeGuard.Cli.Fleet;

/// <summary>Whether what is followed still comes: the state that was last read looks as good as the present (Invariant 11).</summary>
internal sealed class ServerAway(TimeProvider time)
{
    // A watch that ends and is begun anew is nobody's business.
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    private DateTimeOffset? _noticed;

    public string? Of(FleetCaches caches) => Of([caches.Nodes.Health, caches.Agents.Health, caches.Policies.Health, caches.Recycles.Health, caches.Fleets.Health]);

    /// <returns>Since when the server has said nothing, and what the last call met; null while all is well.</returns>
    public string? Of(IReadOnlyList<CacheHealth> kinds)
    {
        CacheHealth? worst = kinds.Where(static kind => kind.LastFailure is not null).MaxBy(static kind => kind.LastProgress ?? TimeSpan.MaxValue);
        DateTimeOffset now = time.GetUtcNow();
        _noticed = worst is null ? null : _noticed ?? now;
        return worst is null || now - _noticed < Calm
            ? null
            : $"the API server has said nothing since {TimeText.Local(now - (worst.LastProgress ?? now - _noticed!.Value), time)}, and what is shown may be from then: {worst.LastFailure}";
    }
}
