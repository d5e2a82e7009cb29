using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Selecting;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Controller.Observing;

/// <summary>What the controller keeps of a Node.</summary>
public sealed record SeenNode
{
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public required DrainNode Draining { get; init; }

    public required DateTimeOffset BornAt { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = LabelMatch.NoLabels;

    public string Zone => Labels.GetValueOrDefault(ZoneLabel, string.Empty);

    public string BootId { get; init; } = string.Empty;

    public string ProviderId { get; init; } = string.Empty;

    /// <summary>True, False or Unknown; empty when the node has no such condition.</summary>
    public string Ready { get; init; } = string.Empty;

    public DateTimeOffset ReadySince { get; init; }

    public bool Deleting { get; init; }

    /// <summary>Type, status and reason of those conditions that the controller writes.</summary>
    public IReadOnlyList<(string Type, string Status, string Reason)> Conditions { get; init; } = [];

    public string Name => Draining.Name;

    public string Uid => Draining.Uid;

    public bool IsReady => Ready == "True";

    /// <summary>The UID of the recycle that has marked the node; null for none.</summary>
    public string? Marked => Draining.Taints.FirstOrDefault(static taint => taint.Key == FleetKeys.RecycleTaint)?.Value;

    public (string Status, string Reason)? Condition(string type)
    {
        foreach (var condition in Conditions)
        {
            if (condition.Type == type)
                return (condition.Status, condition.Reason);
        }

        return null;
    }

    /// <summary>Differs when something differs that is decided upon; heartbeats do not. A hint: two states may share one.</summary>
    public int Hint
    {
        get
        {
            var hash = new HashCode();
            hash.Add((Uid, Draining.Unschedulable, BootId, ProviderId, Ready, ReadySince, Deleting));
            foreach (var pair in Labels.Concat(Draining.Annotations).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                hash.Add((pair.Key, pair.Value));
            foreach (NodeTaint taint in Draining.Taints)
                hash.Add(taint);
            return hash.ToHashCode();
        }
    }

    public static SeenNode Of(Node node, StringPool pool)
    {
        Condition? ready = node.Status?.Conditions?.Find(static condition => condition.Type == "Ready");
        DateTimeOffset born = node.Metadata.CreationTimestamp ?? DateTimeOffset.UnixEpoch;
        return new SeenNode
        {
            Draining = Observations.Node(node),
            BornAt = born,
            Labels = Pooled(node.Metadata.Labels, pool),
            BootId = node.Status?.NodeInfo?.BootId ?? string.Empty,
            ProviderId = node.Spec?.ProviderId ?? string.Empty,
            Ready = pool.Share(ready?.Status ?? string.Empty),
            ReadySince = ready?.LastTransitionTime ?? born,
            Deleting = node.Metadata.DeletionTimestamp is not null,
            Conditions = [.. (node.Status?.Conditions ?? []).Where(static condition => NodeConditions.Types.Contains(condition.Type))
                .Select(condition => (pool.Share(condition.Type), pool.Share(condition.Status), pool.Share(condition.Reason ?? string.Empty)))],
        };
    }

    private static Dictionary<string, string> Pooled(Dictionary<string, string>? labels, StringPool pool) =>
        (labels ?? []).ToDictionary(pair => pool.Share(pair.Key), pair => pool.Share(pair.Value));
}
