using Microsoft.Extensions.Logging;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster;

/// <summary>What is asked of this host: a watch of one object.</summary>
public static class OwnGuardedNode
{
    public static ResourceCache<GuardedNode, GuardedNode> Cache(IKubeApi api, string node, CacheMetrics metrics, TimeProvider time, ILogger log) => new(
        api, ResourceTypes.GuardedNodes,
        new CacheOptions<GuardedNode, GuardedNode> { Transform = static (guarded, _) => guarded, FieldSelector = $"metadata.name={node}" },
        metrics, time, log);
}
