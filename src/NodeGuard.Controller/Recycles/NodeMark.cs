using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles;

/// <summary>
/// Our hand on a node: the cordon and the taint, both with the recycle's UID. Setting and taking away may be done any
/// number of times, by any leader (Invariants 7, 8 and 9).
/// </summary>
internal sealed class NodeMark(IKubeApi api, INodeDrain drain)
{
    private const string Effect = "NoSchedule";
    private const int Tries = 5;

    /// <summary>Null when it is done, or when somebody has taken the cordon away meanwhile, which a later look sees; otherwise why not.</summary>
    public async Task<string?> SetAsync(string node, string recycleUid, CancellationToken cancellation)
    {
        // By the server's word: the cache may not have told yet of an uncordon, which is not to be overruled.
        if (await api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, node), cancellation) is ApiResult<Node>.Ok { Value: var found }
            && LostItsCordon(SeenNode.Of(found, new StringPool()), recycleUid))
        {
            return null;
        }

        CordonAnswer cordon = await drain.CordonAsync(node, RecycleReading.CordonId(recycleUid), dryRun: false, cancellation);
        return cordon.Failure ?? await TaintAsync(node, recycleUid, wanted: true, cancellation);
    }

    /// <summary>Null when it is done, or when there is no such node; otherwise why not. A cordon of somebody else stays.</summary>
    public async Task<string?> TakeAwayAsync(string node, string recycleUid, CancellationToken cancellation)
    {
        if (await TaintAsync(node, recycleUid, wanted: false, cancellation) is { } problem)
            return problem;
        CordonAnswer released = await drain.ReleaseAsync(node, RecycleReading.CordonId(recycleUid), cancellation);
        return released switch
        {
            { Failure: { } failure } => failure,
            { Changed: true } => null,
            _ => await ForgetAsync(node, recycleUid, cancellation),
        };
    }

    /// <summary>The node carries a mark with this UID, as far as the cache knows.</summary>
    public static bool Stands(SeenNode node, string recycleUid) =>
        node.Marked == recycleUid
        || (node.Draining.Annotations.GetValueOrDefault(DrainKeys.CordonedBy) == RecycleReading.CordonId(recycleUid)
            && CordonDecision.Owner(node.Draining, RecycleReading.CordonId(recycleUid)) is CordonOwner.Us or CordonOwner.EarlierDrain);

    /// <summary>
    /// Somebody has taken our cordon away, as far as the cache knows. Note and cordon come with one write, and the taint after
    /// it: who sees either without a cordon sees what came later.
    /// </summary>
    public static bool LostItsCordon(SeenNode node, string recycleUid) =>
        !node.Draining.Unschedulable
        && (node.Marked == recycleUid
            || node.Draining.Annotations.GetValueOrDefault(DrainKeys.CordonedBy) == RecycleReading.CordonId(recycleUid));

    private async Task<string?> TaintAsync(string node, string recycleUid, bool wanted, CancellationToken cancellation)
    {
        string problem = string.Empty;
        for (int attempt = 0; attempt < Tries; attempt++)
        {
            switch (await api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, node), cancellation))
            {
                case ApiResult<Node>.Failed { Failure.Kind: ApiFailureKind.NotFound } when !wanted:
                    return null;
                case ApiResult<Node>.Failed { Failure: var failure }:
                    return failure.Message;
                case ApiResult<Node>.Ok { Value: var found }:
                    List<Taint> others = [.. (found.Spec?.Taints ?? []).Where(static taint => taint.Key != FleetKeys.RecycleTaint)];
                    Taint? ours = found.Spec?.Taints?.Find(static taint => taint.Key == FleetKeys.RecycleTaint);
                    if (wanted ? ours?.Value == recycleUid : ours?.Value != recycleUid)
                        return null;
                    ApiResult<Node> written = await WriteAsync(found, others, wanted ? recycleUid : null, cancellation);
                    if (written is not ApiResult<Node>.Failed { Failure: var refused })
                        return null;
                    problem = refused.Message;
                    if (refused.Kind != ApiFailureKind.Conflict)
                        return problem;
                    break;
            }
        }

        return problem;
    }

    /// <summary>Our note outlives an uncordon by somebody else; who cordons after that is not us.</summary>
    private async Task<string?> ForgetAsync(string node, string recycleUid, CancellationToken cancellation)
    {
        var place = new ObjectName(string.Empty, node);
        if (await api.GetAsync(ResourceTypes.Nodes, place, cancellation) is not ApiResult<Node>.Ok { Value: var found }
            || found.Metadata.Annotations?.GetValueOrDefault(DrainKeys.CordonedBy) != RecycleReading.CordonId(recycleUid))
        {
            return null;
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = found.Metadata.ResourceVersion,
                ["annotations"] = new JsonObject { [DrainKeys.CordonedBy] = null, [DrainKeys.DrainedAt] = null },
            },
        };
        var written = await api.PatchAsync(
            ResourceTypes.Nodes, place, Patches.Merge(patch), subresource: null, new WriteOptions(ControllerNames.FieldManager), cancellation);
        return written is ApiResult<Node>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure } ? failure.Message : null;
    }

    // A merge patch replaces the whole list: the resourceVersion keeps out what others have written meanwhile.
    private Task<ApiResult<Node>> WriteAsync(Node found, List<Taint> others, string? uid, CancellationToken cancellation)
    {
        var taints = new JsonArray();
        foreach (Taint taint in others)
            taints.Add((JsonNode)TaintJson(taint.Key, taint.Value, taint.Effect, taint.TimeAdded));
        if (uid is not null)
            taints.Add((JsonNode)TaintJson(FleetKeys.RecycleTaint, uid, Effect, null));
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = found.Metadata.ResourceVersion },
            ["spec"] = new JsonObject { ["taints"] = taints.Count > 0 ? taints : null },
        };
        return api.PatchAsync(
            ResourceTypes.Nodes, new ObjectName(string.Empty, found.Metadata.Name!), Patches.Merge(patch), subresource: null,
            new WriteOptions(ControllerNames.FieldManager), cancellation);
    }

    private static JsonObject TaintJson(string key, string? value, string effect, DateTimeOffset? added)
    {
        var json = new JsonObject { ["key"] = key, ["effect"] = effect };
        if (!string.IsNullOrEmpty(value))
            json["value"] = value;
        if (added is { } time)
            json["timeAdded"] = time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null);
        return json;
    }
}
