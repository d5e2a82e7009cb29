using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Resources;

/// <summary>What is there in a cluster that has just started.</summary>
public static class InitialObjects
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>Creates what is missing.</summary>
    public static void AddTo(Cluster cluster)
    {
        ResourceInfo namespaces = cluster.Resources.Get("", "v1", "namespaces");
        foreach (string name in Namespaces)
            Create(cluster, namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        ResourceInfo classes = cluster.Resources.Get("scheduling.k8s.io", "v1", "priorityclasses");
        foreach ((string name, long value) in (ReadOnlySpan<(string, long)>)[("system-cluster-critical", 2000000000), ("system-node-critical", 2000001000)])
        {
            Create(cluster, classes, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name },
                ["value"] = value,
                ["preemptionPolicy"] = "PreemptLowerPriority",
            });
        }
    }

    private static void Create(Cluster cluster, ResourceInfo resource, JsonObject value)
    {
        ApiResult result = cluster.Write.Create(new ApiRequest { Verb = "create", Resource = resource }, value);
        if (result is { Succeeded: false, Code: not 409 })
            throw new InvalidOperationException($"the cluster's first objects cannot be made: {result.Status!.Message}");
    }
}
