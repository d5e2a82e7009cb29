namespace NodeGuard.Core.Draining;

/// <summary>Names of labels, annotations and taints that a drain reads or writes.</summary>
public static class DrainKeys
{
    /// <summary>On a Node: the id of the drain that cordoned it.</summary>
    public const string CordonedBy = "nodeguard.io/cordoned-by";

    /// <summary>On a Node: when the drain named by <see cref="CordonedBy"/> succeeded, RFC 3339.</summary>
    public const string DrainedAt = "nodeguard.io/drained-at";

    /// <summary>On a Pod: <c>skip</c> or <c>wait-for-completion</c>.</summary>
    public const string Drain = "nodeguard.io/drain";

    /// <summary>On a Pod: a whole number, lower goes first; 0 when absent. Within a tier.</summary>
    public const string DrainOrder = "nodeguard.io/drain-order";

    /// <summary>Prefix of the taints that NodeGuard sets.</summary>
    public const string TaintPrefix = "nodeguard.io/";

    public const string Mirror = "kubernetes.io/config.mirror";

    public const string Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>On a Pod, as a label: <c>skip</c> or <c>wait-completed</c>.</summary>
    public const string ClusterApiDrain = "cluster.x-k8s.io/drain";

    /// <summary>On a Pod: <c>true</c>, or how long after its start.</summary>
    public const string KarpenterDoNotDisrupt = "karpenter.sh/do-not-disrupt";

    /// <summary>On a Pod. It is about saving nodes, not about maintenance: told, not obeyed.</summary>
    public const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict";
}
