using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Selecting;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>Whether the machine has started again, or which node has come in its place.</summary>
internal static class MachineOutcome
{
    public static bool HasRebooted(RecycleContext recycle) =>
        recycle.Node is { BootId.Length: > 0 } node && recycle.Recycle.Status?.Node?.BootId is { Length: > 0 } before && node.BootId != before;

    /// <summary>
    /// The node that came since the request, in the same pool, that no other recycle has taken for its own: the one of the
    /// same name first, then one of the same zone, then the first that came. Null while the old node is there. Without a policy
    /// every pool may be the same, but for a node that another recycle waits for by its policy.
    /// </summary>
    public static SeenNode? Successor(RecycleContext recycle)
    {
        // One that came first was there all the time; the old one has to go.
        if (recycle is { IsSurged: true, Node: not null } && RecycleReading.Phase(recycle.Recycle) == RecyclePhase.Acting)
            return null;
        if (recycle.Replacement?.Successor is not null)
            return Known(recycle);
        return recycle.Node is null ? Newcomer(recycle) : null;
    }

    /// <summary>The node that comes while the old one is there; null as long as it has not come.</summary>
    public static SeenNode? First(RecycleContext recycle) => recycle.IsSurged ? Known(recycle) ?? Newcomer(recycle) : null;

    /// <summary>The successor that was noted down; null when there is none, or it is gone.</summary>
    public static SeenNode? Known(RecycleContext recycle) =>
        recycle.Replacement?.Successor is { Uid: { } uid } known && recycle.View.Node(known.Name ?? string.Empty) is { } node && node.Uid == uid ? node : null;

    private static SeenNode? Newcomer(RecycleContext recycle)
    {
        if (recycle.Replacement is not { } asked)
            return null;
        if (recycle.Claimed is { } claimed && recycle.View.Nodes.Objects.FirstOrDefault(node => node.Uid == claimed && !node.Deleting) is { } own)
            return own;
        LabelMatch? pool = recycle.Policy is { } policy ? Observations.Selector(policy.Spec?.NodeSelector) : null;
        var taken = recycle.View.Recycles.Objects.Select(static other => other.Status?.Replacement?.Successor?.Uid).OfType<string>().ToHashSet();
        return recycle.View.Nodes.Objects
            .Where(node => node.BornAt > asked.NewestBefore && !taken.Contains(node.Uid) && !recycle.IsSettled(node.Uid) && !node.Deleting)
            .Where(node => node.Name == recycle.NodeName || (pool?.Matches(node.Labels) ?? !IsAwaited(node, recycle)))
            .OrderBy(node => node.Name != recycle.NodeName)
            .ThenBy(node => node.Zone != (recycle.Recycle.Status?.Node?.Zone ?? string.Empty))
            .ThenBy(static node => node.BornAt)
            .ThenBy(static node => node.Name, StringComparer.Ordinal)
            .FirstOrDefault();
    }

    /// <summary>
    /// Another recycle waits for a node of this one's pool. Where a policy is gone nobody knows which pool was its own, and
    /// taking the first that comes anywhere would rob one that has a policy: that one would fail, and freeze it.
    /// </summary>
    private static bool IsAwaited(SeenNode node, RecycleContext recycle) => recycle.View.Recycles.Objects.Any(other =>
        other.Metadata.Uid != recycle.Uid && !RecycleReading.IsFinal(other)
        && other.Status is { Replacement: { Successor: null, NewestBefore: { } before }, Node.Policy: { } name } && node.BornAt > before
        && recycle.View.Policy(name) is { } theirs && Observations.Selector(theirs.Spec?.NodeSelector).Matches(node.Labels)
        && MethodOf(other, theirs) is not (ReplacementMethod.Reboot or ReplacementMethod.Update));

    /// <summary>The newest birth that the server has told so far: who comes later by the server's clock has come after the request.</summary>
    public static DateTimeOffset NewestBefore(ClusterView view) =>
        view.Nodes.Count == 0 ? DateTimeOffset.UnixEpoch : view.Nodes.Objects.Max(static node => node.BornAt);

    public static ReplacementMethod? MethodOf(NodeRecycle recycle, NodePolicy? policy)
    {
        if (recycle.Status?.Replacement?.Method is { } chosen)
            return Core.Fleet.WireWord.Read<ReplacementMethod>(chosen);
        if (recycle.Spec?.Method is { } asked)
            return Core.Fleet.WireWord.Read<ReplacementMethod>(asked);
        // A required reboot alone needs no new machine, and neither do pending packages.
        switch (RecycleReading.Reasons(recycle))
        {
            case [RecycleReason.Reboot]:
                return ReplacementMethod.Reboot;
            case [RecycleReason.Update] or [RecycleReason.Reboot, RecycleReason.Update]:
                return ReplacementMethod.Update;
        }

        return policy is null ? null : Core.Fleet.WireWord.Read<ReplacementMethod>(policy.Spec?.Replacement?.Method ?? nameof(ReplacementMethod.DeleteNode));
    }
}
