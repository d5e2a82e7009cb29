using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet;

/// <summary>The plan as the controller would make it now, made here from what this person may read.</summary>
internal sealed record FleetLook(FleetState State, FleetPlan Plan)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A look, or a sentence that says what could not be read.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The instruments live as long as the command.")]
    public static async Task<(FleetLook? Look, string? Failure)> ReadAsync(IKubeApi api, DateTimeOffset? at, TimeProvider time, CancellationToken cancellation)
    {
        var caches = new FleetCaches(api, new CacheMetrics(), time, NullLogger.Instance, static () => { });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task following = caches.RunAsync(stop.Token);
        try
        {
            DateTimeOffset until = time.GetUtcNow() + Patience;
            while (caches.View is null)
            {
                if (caches.Failure is { } failure)
                    return (null, failure);
                if (time.GetUtcNow() > until)
                    return (null, "the cluster was not read in time; try again, or look at the API server");
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancellation);
            }

            ClusterView view = caches.View;
            FleetObject fleet = view.Fleets.Objects.FirstOrDefault(static fleet => fleet.Metadata.Name == FleetKeys.FleetName) ?? new FleetObject();
            FleetState state = FleetReading.StateOf(view, fleet);
            return (new FleetLook(state, FleetPlanner.Plan(state, at ?? time.GetUtcNow())), null);
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
