using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Eviction;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>How providers that drain by themselves empty a node: by evictions, which budgets may refuse.</summary>
internal sealed class NodeEmptying(Cluster cluster)
{
    /// <summary>Evicts what may go now.</summary>
    /// <returns>How many pods are still there; those of DaemonSets and finished ones do not count.</returns>
    public int Evict(string node)
    {
        ResourceInfo pods = cluster.Resources.Get("", "v1", "pods");
        JsonObject[] left =
        [
            .. cluster.Store.Snapshot(pods.StorageKey).Objects().Select(stored => stored.Value)
                .Where(pod => PodState.NodeName(pod) == node && !PodState.IsFinished(pod) && pod.Controller().Text("kind") != "DaemonSet"),
        ];
        foreach (JsonObject pod in left.Where(pod => !pod.IsDeleting()))
        {
            var request = new ApiRequest
            {
                Verb = "create",
                Resource = pods,
                Namespace = pod.Namespace(),
                Name = pod.Name(),
                Subresource = "eviction",
                User = ObjectWrites.Provider,
            };
            EvictionSubresource.Handle(cluster, request, new JsonObject
            {
                ["apiVersion"] = "policy/v1",
                ["kind"] = "Eviction",
                ["metadata"] = new JsonObject { ["name"] = pod.Name(), ["namespace"] = pod.Namespace() },
            });
        }

        return left.Length;
    }
}
