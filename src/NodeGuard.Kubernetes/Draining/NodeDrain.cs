using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining;

/// <inheritdoc cref="INodeDrain"/>
public sealed class NodeDrain(IKubeApi api, TimeProvider time) : INodeDrain
{
    private const int ParallelCordons = 16;

    private readonly NodeCordon _cordon = new(api, time);

    public async IAsyncEnumerable<DrainEvent> DrainAsync(
        IReadOnlyList<Node> nodes, DrainOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var events = Channel.CreateUnbounded<DrainEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var drains = Task.Run(
            async () =>
            {
                try
                {
                    await DrainAllAsync([.. nodes.DistinctBy(node => node.Metadata.Name)], options, told => events.Writer.TryWrite(told), ends.Token).ConfigureAwait(false);
                }
                finally
                {
                    events.Writer.Complete();
                }
            },
            CancellationToken.None);
        try
        {
            await foreach (var told in events.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                yield return told;
            }
        }
        finally
        {
            await ends.CancelAsync().ConfigureAwait(false);
            await drains.ConfigureAwait(false);
        }
    }

    public async Task<CordonAnswer> CordonAsync(string node, string cordonId, bool dryRun, CancellationToken cancellation) =>
        Answer(await _cordon.SetAsync(node, cordonId, dryRun, seen: null, cancellation).ConfigureAwait(false));

    public async Task<CordonAnswer> ReleaseAsync(string node, string cordonId, CancellationToken cancellation) =>
        Answer(await _cordon.ReleaseAsync(node, cordonId, cancellation).ConfigureAwait(false));

    public async Task<CordonAnswer> UncordonAsync(string node, bool dryRun, CancellationToken cancellation) =>
        Answer(await _cordon.ClearAsync(node, dryRun, cancellation).ConfigureAwait(false));

    private static CordonAnswer Answer(NodeWrite write) => new(write.Owner, write.Changed, write.Failure is null ? null : write.Text);

    // All are cordoned before the first is drained: no pod moves from one of them to another.
    private async Task DrainAllAsync(Node[] nodes, DrainOptions options, Action<DrainEvent> tell, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Waits end when they should even if the clock is set meanwhile.
        var steady = new SteadyClock(time);
        var reads = new ClusterReads(new BudgetFeed(api, time, ends.Token), new DaemonSetReads(api, time));
        var cordoned = new ConcurrentDictionary<string, CordonedNode>();
        await Parallel.ForEachAsync(nodes, new ParallelOptions { MaxDegreeOfParallelism = ParallelCordons }, async (node, _) =>
        {
            string name = node.Metadata.Name!;
            if (await new OneNodeDrain(api, steady, _cordon, name, options, reads, tell).CordonAsync(node, cancellation).ConfigureAwait(false) is { } found)
            {
                cordoned[name] = found;
            }
        }).ConfigureAwait(false);

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(options.MaxParallelNodes, 1) };
        await Parallel.ForEachAsync(nodes.Select(node => node.Metadata.Name!).Where(cordoned.ContainsKey), parallel, async (node, _) =>
            await new OneNodeDrain(api, steady, _cordon, node, options, reads, tell).DrainAsync(cordoned[node], cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        await reads.Budgets.EndAsync().ConfigureAwait(false);
    }
}
