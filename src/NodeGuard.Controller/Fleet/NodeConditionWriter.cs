using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Fleet;

/// <summary>Writes what is to be read on the Nodes themselves; nothing is decided by it.</summary>
internal sealed partial class NodeConditionWriter(IKubeApi api, ILogger log)
{
    /// <summary>So that a fleet's first look, with a write for each node, keeps nothing else waiting.</summary>
    private const int MostAtOnce = 20;

    private string _problem = string.Empty;

    /// <returns>Whether there is more to write.</returns>
    public async Task<bool> WriteAsync(ClusterView view, DateTimeOffset now, CancellationToken cancellation)
    {
        Dictionary<string, NodeRecycle> active = ActiveByNode(view);
        int written = 0;
        foreach (SeenNode node in view.Nodes.Objects)
        {
            IReadOnlyList<NodeConditionValue> changes = NodeConditions.Changes(Wanted(view, node, active.GetValueOrDefault(node.Uid)), node.Condition);
            if (changes.Count == 0 || node.Deleting)
                continue;
            if (written++ == MostAtOnce)
                return true;
            if (await PatchAsync(node, changes, now, cancellation) is { Kind: not (ApiFailureKind.NotFound or ApiFailureKind.Conflict) } failure)
            {
                Tell(failure.Message);
                return false;
            }
        }

        _problem = string.Empty;
        return false;
    }

    private static IEnumerable<NodeConditionValue> Wanted(ClusterView view, SeenNode node, NodeRecycle? recycle)
    {
        SeenAgent? agent = view.Agent(node.Name);
        bool hasTold = agent is { Heartbeat: not null } && agent.NodeUid == node.Uid;
        SeenAgent? heard = view.Heard(node);
        IEnumerable<NodeConditionValue> hazard = hasTold && agent!.TellsHazard
            ? [NodeConditions.OfHazard(heard?.Hazard ?? HazardState.Unknown, heard?.HazardReason ?? "The agent of this node has told nothing since the boot that the kubelet tells of.")]
            : [];
        return hazard.Concat(NodeConditions.Wanted(
            hasTold ? heard?.Routes ?? RouteState.Unknown : null,
            recycle?.Metadata.Name,
            recycle is null ? RecyclePhase.Pending : RecycleReading.Phase(recycle) ?? RecyclePhase.Pending,
            recycle is not null && RecycleStatusWriter.Holds(recycle, FleetConditions.Drained)));
    }

    private static Dictionary<string, NodeRecycle> ActiveByNode(ClusterView view)
    {
        var active = new Dictionary<string, NodeRecycle>(StringComparer.Ordinal);
        foreach (NodeRecycle recycle in view.Recycles.Objects)
        {
            // Of two for one node, the one that is further counts.
            if (RecycleReading.Phase(recycle) is { } phase && !phase.IsFinal() && UidOf(view, recycle) is { Length: > 0 } uid
                && (!active.TryGetValue(uid, out NodeRecycle? other) || RecycleReading.Phase(other) < phase))
            {
                active[uid] = recycle;
            }
        }

        return active;
    }

    private static string UidOf(ClusterView view, NodeRecycle recycle) => RecycleReading.NodeUid(recycle) is { Length: > 0 } uid
        ? uid
        : view.Node(recycle.Spec?.NodeName ?? string.Empty)?.Uid ?? string.Empty;

    private async Task<ApiFailure?> PatchAsync(SeenNode node, IReadOnlyList<NodeConditionValue> changes, DateTimeOffset now, CancellationToken cancellation)
    {
        var conditions = new JsonArray();
        foreach (NodeConditionValue change in changes)
        {
            string time = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var condition = new JsonObject
            {
                ["type"] = change.Type,
                ["status"] = change.Status,
                ["reason"] = change.Reason,
                ["message"] = change.Message,
                ["lastHeartbeatTime"] = time,
            };
            if (node.Condition(change.Type)?.Status != change.Status)
                condition["lastTransitionTime"] = time;
            conditions.Add((JsonNode)condition);
        }

        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = node.Uid },
            ["status"] = new JsonObject { ["conditions"] = conditions },
        };
        return await api.PatchAsync(
            ResourceTypes.Nodes, new ObjectName(string.Empty, node.Name), Patches.Strategic(patch), "status", new WriteOptions(ControllerNames.FieldManager), cancellation)
            is ApiResult<Node>.Failed { Failure: var failure } ? failure : null;
    }

    private void Tell(string problem)
    {
        if (problem == _problem)
            return;
        _problem = problem;
        NotWritten(log, problem);
    }

    [LoggerMessage(1, LogLevel.Warning, "conditions of nodes were not written, and are tried again: {Problem}")]
    private static partial void NotWritten(ILogger log, string problem);
}
