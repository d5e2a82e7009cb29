using Microsoft.Extensions.Logging;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>The cluster as the controller follows it. What is read from here is a hint: writes carry preconditions.</summary>
public sealed class FleetCaches
{
    private readonly Action _changed;

    /// <param name="changed">Called after any change; it must not wait.</param>
    /// <param name="random">Numbers in [0, 1) that spread waits; null for the framework's own.</param>
    public FleetCaches(IKubeApi api, CacheMetrics metrics, TimeProvider time, ILogger log, Action changed, Func<double>? random = null)
    {
        _changed = changed;
        Nodes = new(api, ResourceTypes.Nodes, Options<Node, SeenNode>(SeenNode.Of, static node => node.Hint), metrics, time, log, random);
        Agents = new(api, ResourceTypes.GuardedNodes, Options<GuardedNode, SeenAgent>(SeenAgent.Of, static agent => agent.Hint), metrics, time, log, random);
        Policies = new(api, ResourceTypes.NodePolicies, Options<NodePolicy, NodePolicy>(static (policy, _) => policy, static _ => null), metrics, time, log, random);
        Recycles = new(api, ResourceTypes.NodeRecycles, Options<NodeRecycle, NodeRecycle>(static (recycle, _) => recycle, static _ => null), metrics, time, log, random);
        Fleets = new(api, ResourceTypes.Fleets, Options<FleetObject, FleetObject>(static (fleet, _) => fleet, static _ => null), metrics, time, log, random);
    }

    public ResourceCache<Node, SeenNode> Nodes { get; }

    public ResourceCache<GuardedNode, SeenAgent> Agents { get; }

    /// <summary>The models in here are shared: nobody changes them.</summary>
    public ResourceCache<NodePolicy, NodePolicy> Policies { get; }

    public ResourceCache<NodeRecycle, NodeRecycle> Recycles { get; }

    public ResourceCache<FleetObject, FleetObject> Fleets { get; }

    /// <summary>All of them as they are now; null while one has no complete state: unknown is not empty (Invariant 11).</summary>
    public ClusterView? View =>
        Nodes.Current is { } nodes && Agents.Current is { } agents && Policies.Current is { } policies
        && Recycles.Current is { } recycles && Fleets.Current is { } fleets
            ? new ClusterView(nodes, agents, policies, recycles, fleets)
            : null;

    /// <summary>What the last calls of a cache that has no complete state met; null when none failed.</summary>
    public string? Failure => new[] { Nodes.Health, Agents.Health, Policies.Health, Recycles.Health, Fleets.Health }
        .FirstOrDefault(static health => health is { Synced: false, LastFailure: not null })?.LastFailure;

    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Nodes.RunAsync(stop), Agents.RunAsync(stop), Policies.RunAsync(stop), Recycles.RunAsync(stop), Fleets.RunAsync(stop));

    private CacheOptions<T, TKept> Options<T, TKept>(Func<T, StringPool, TKept> transform, Func<TKept, int?> hint)
        where T : KubeObject
        where TKept : class =>
        new()
        {
            Transform = transform,
            // Heartbeats change nothing that is decided upon, and are most of what a large fleet sends.
            Changed = change =>
            {
                if (change.Before is null || change.After is null || hint(change.Before) is null || hint(change.Before) != hint(change.After))
                    _changed();
            },
        };
}

/// <summary>One state of each kind.</summary>
public sealed record ClusterView(
    CacheSnapshot<SeenNode> Nodes,
    CacheSnapshot<SeenAgent> Agents,
    CacheSnapshot<NodePolicy> Policies,
    CacheSnapshot<NodeRecycle> Recycles,
    CacheSnapshot<FleetObject> Fleets)
{
    public SeenNode? Node(string name) => Nodes.TryGet(new ObjectName(string.Empty, name), out SeenNode? node) ? node : null;

    public SeenAgent? Agent(string node) => Agents.TryGet(new ObjectName(string.Empty, node), out SeenAgent? agent) ? agent : null;

    /// <summary>What the agent of this very node has told of the boot that runs; null for nothing.</summary>
    public SeenAgent? Heard(SeenNode node) =>
        Agents.TryGet(new ObjectName(string.Empty, node.Name), out SeenAgent? agent) && agent.SpeaksOf(node) ? agent : null;

    public NodePolicy? Policy(string? name) =>
        name is not null && Policies.TryGet(new ObjectName(string.Empty, name), out NodePolicy? policy) ? policy : null;
}
