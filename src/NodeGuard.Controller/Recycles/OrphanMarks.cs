using NodeGuard.Controller.Observing;
using NodeGuard.Core.Draining;

namespace NodeGuard.Controller.Recycles;

/// <summary>
/// Cordons and taints of recycles that do not exist any more: somebody took away the finalizer. Nobody else would undo them
/// (Invariant 8).
/// </summary>
internal sealed class OrphanMarks(NodeMark mark)
{
    private const string Prefix = "recycle-";

    public async Task SweepAsync(ClusterView view, CancellationToken cancellation)
    {
        HashSet<string>? known = null;
        foreach (SeenNode node in view.Nodes.Objects)
        {
            if ((node.Marked ?? OwnerOf(node)) is not { } uid)
                continue;
            known ??= view.Recycles.Objects.Select(static recycle => recycle.Metadata.Uid ?? string.Empty).ToHashSet();
            if (!known.Contains(uid))
                await mark.TakeAwayAsync(node.Name, uid, cancellation);
        }
    }

    private static string? OwnerOf(SeenNode node) =>
        node.Draining.Unschedulable && node.Draining.Annotations.GetValueOrDefault(DrainKeys.CordonedBy) is { } id && id.StartsWith(Prefix, StringComparison.Ordinal)
            ? id[Prefix.Length..]
            : null;
}
