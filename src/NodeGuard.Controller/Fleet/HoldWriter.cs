using System.Text.Json.Nodes;
using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Fleet;

/// <summary>
/// Tells each agent whether units that install updates by themselves are to be held. Where nobody can tell whose node it is, or
/// what its policy says, what was told before stands: nothing begins to update because a policy has an error.
/// </summary>
internal sealed class HoldWriter(IKubeApi api)
{
    /// <summary>So that a fleet's first look, with a write for each node, keeps nothing else waiting.</summary>
    private const int MostAtOnce = 50;

    /// <returns>Whether there is more to write, and the last failure; null for none.</returns>
    public async Task<(bool More, ApiFailure? Failed)> WriteAsync(FleetPlan plan, FleetState state, ClusterView view, CancellationToken cancellation)
    {
        Dictionary<string, Policy> policies = state.Policies.ToDictionary(static policy => policy.Name, StringComparer.Ordinal);
        ApiFailure? failed = null;
        int written = 0;
        foreach (NodeOutlook outlook in plan.Outlooks)
        {
            if (view.Agent(outlook.Node.Name) is not { } agent || agent.NodeUid != outlook.Node.Uid)
                continue;
            bool? wanted = Wanted(outlook, policies.GetValueOrDefault(outlook.Policy), agent.AskedHold);
            if (wanted == agent.AskedHold)
                continue;
            if (written++ == MostAtOnce)
                return (true, failed);
            var patch = new JsonObject { ["spec"] = new JsonObject { ["hold"] = wanted } };
            if (await api.PatchAsync(
                    ResourceTypes.GuardedNodes, new ObjectName(string.Empty, agent.Node), Patches.Merge(patch), subresource: null,
                    new WriteOptions(ControllerNames.FieldManager), cancellation) is ApiResult<GuardedNode>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure })
            {
                failed = failure;
            }
        }

        return (false, failed);
    }

    private static bool? Wanted(NodeOutlook outlook, Policy? policy, bool? asked)
    {
        if (outlook.Obstacle?.Kind == ObstacleKind.Conflict || policy?.Problem is not null)
            return asked;
        return policy?.Updates is UpdateMode.Hold or UpdateMode.Coordinated ? true : null;
    }
}
