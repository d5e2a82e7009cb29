using NodeGuard.Controller.Observing;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Fleet;

/// <summary>Deletes recycles that ended long ago.</summary>
internal sealed class History(IKubeApi api)
{
    private const int MostAtOnce = 50;

    // Starts of the last hour are read from them, and a freeze names them as evidence.
    private static readonly TimeSpan Least = TimeSpan.FromHours(2);

    public async Task TrimAsync(ClusterView view, FleetObject? fleet, DateTimeOffset now, CancellationToken cancellation)
    {
        TimeSpan keep = GoDuration.TryParse(fleet?.Spec?.History?.Keep ?? "168h", out TimeSpan asked) && asked > Least ? asked : Least;
        foreach (NodeRecycle old in view.Recycles.Objects.Where(recycle => recycle.Status?.FinishedAt + keep < now).Take(MostAtOnce))
        {
            await api.DeleteAsync(
                ResourceTypes.NodeRecycles, new ObjectName(string.Empty, old.Metadata.Name!), new DeleteQuery(Uid: old.Metadata.Uid), cancellation);
        }
    }
}
