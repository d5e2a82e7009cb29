using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Controller.Observing;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Cli.Fleet;

/// <summary>The plan as the controller would make it, made here from what this person may read.</summary>
/// <param name="At">The time that the plan is made for.</param>
internal sealed record FleetLook(ClusterView View, FleetObject Fleet, FleetState State, FleetPlan Plan, DateTimeOffset At)
{
    // A busy fleet changes many times a second, and nobody reads that fast.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // Ages go on by themselves.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>Why parts of it may be older than they look: the server that is not reached, and since when; null while it is.</summary>
    public string? Stale { get; private init; }

    /// <summary>A look, or a sentence that says what could not be read.</summary>
    /// <param name="at">Null: now.</param>
    public static async Task<(FleetLook? Look, string? Failure)> ReadAsync(IKubeApi api, DateTimeOffset? at, TimeProvider time, CancellationToken cancellation)
    {
        StringPool words = new(), others = new();
        var nodes = ListAsync(api, ResourceTypes.Nodes, node => SeenNode.Of(node, words), cancellation);
        var agents = ListAsync(api, ResourceTypes.GuardedNodes, agent => SeenAgent.Of(agent, others), cancellation);
        var policies = ListAsync(api, ResourceTypes.NodePolicies, static policy => policy, cancellation);
        var recycles = ListAsync(api, ResourceTypes.NodeRecycles, static recycle => recycle, cancellation);
        var fleets = ListAsync(api, ResourceTypes.Fleets, static fleet => fleet, cancellation);
        await Task.WhenAll(nodes, agents, policies, recycles, fleets);
        ApiFailure[] failures = [.. new[] { (await nodes).Failure, (await agents).Failure, (await policies).Failure, (await recycles).Failure, (await fleets).Failure }.OfType<ApiFailure>()];
        if (failures.Length > 0)
            return (null, string.Join("\n", failures.Select(static failure => FleetFailure.Message(failure, writes: false)).Take(failures[0].Kind == ApiFailureKind.Forbidden ? 5 : 1)));
        return (Of(new ClusterView((await nodes).Listed, (await agents).Listed, (await policies).Listed, (await recycles).Listed, (await fleets).Listed), at ?? time.GetUtcNow()), null);
    }

    /// <summary>A look now and after each change, until cancelled.</summary>
    public static async IAsyncEnumerable<FleetLook> FollowAsync(IKubeApi api, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var changed = new SemaphoreSlim(0);
        using var metrics = new CacheMetrics();
        var caches = new FleetCaches(api, metrics, time, NullLogger.Instance, () => Ring(changed));
        var away = new ServerAway(time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task following = caches.RunAsync(stop.Token);
        try
        {
            while (true)
            {
                if (caches.View is { } view)
                    yield return Of(view, time.GetUtcNow()) with { Stale = away.Of(caches) };
                await Task.Delay(Pause, time, cancellation);
                await changed.WaitAsync(Longest, cancellation);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static FleetLook Of(ClusterView view, DateTimeOffset at)
    {
        FleetObject fleet = view.Fleets.Objects.FirstOrDefault(static fleet => fleet.Metadata.Name == FleetKeys.FleetName) ?? new FleetObject();
        FleetState state = FleetReading.StateOf(view, fleet);
        return new FleetLook(view, fleet, state, FleetPlanner.Plan(state, at), at);
    }

    private static async Task<(CacheSnapshot<TKept> Listed, ApiFailure? Failure)> ListAsync<T, TKept>(
        IKubeApi api, ResourceType<T> type, Func<T, TKept> kept, CancellationToken cancellation)
        where T : KubeObject
        where TKept : class
    {
        var (all, _, failure) = await PagedList.ReadAsync(api, type, new ListQuery(), cancellation);
        return (CacheSnapshot<TKept>.Of(all.Select(one => KeyValuePair.Create(new ObjectName(string.Empty, one.Metadata.Name ?? string.Empty), kept(one)))), failure);
    }

    private static void Ring(SemaphoreSlim changed)
    {
        if (changed.CurrentCount == 0)
            changed.Release();
    }
}
