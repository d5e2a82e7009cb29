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
        Task drains = FillAsync(nodes, options, events.Writer, ends.Token);
        try
        {
            while (await events.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (events.Reader.TryRead(out DrainEvent? told))
                {
                    yield return told;
                }
            }
        }
        finally
        {
            ends.CancelHere();
            await drains;
        }
    }

    public async Task<CordonAnswer> CordonAsync(string node, string cordonId, bool dryRun, CancellationToken cancellation) =>
        Answer(await _cordon.SetAsync(node, cordonId, dryRun, seen: null, cancellation));

    public async Task<CordonAnswer> ReleaseAsync(string node, string cordonId, CancellationToken cancellation) =>
        Answer(await _cordon.ReleaseAsync(node, cordonId, cancellation));

    public async Task<CordonAnswer> UncordonAsync(string node, bool dryRun, CancellationToken cancellation) =>
        Answer(await _cordon.ClearAsync(node, dryRun, cancellation));

    private static CordonAnswer Answer(NodeWrite write) => new(write.Owner, write.Changed, write.Failure is null ? null : write.Text);

    // All are cordoned before the first is drained: no pod moves from one of them to another.
    private async Task DrainAllAsync(Node[] nodes, DrainOptions options, Action<DrainEvent> tell, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Waits end when they should even if the clock is set meanwhile.
        var steady = new SteadyClock(time);
        var reads = new ClusterReads(new BudgetFeed(api, time, ends.Token), new DaemonSetReads(api, time));
        var cordoned = new ConcurrentDictionary<string, CordonedNode>();
        await EachAsync(nodes, ParallelCordons, async node =>
        {
            string name = node.Metadata.Name!;
            if (await new OneNodeDrain(api, steady, _cordon, name, options, reads, tell).CordonAsync(node, cancellation) is { } found)
            {
                cordoned[name] = found;
            }
        });

        await EachAsync([.. nodes.Select(node => node.Metadata.Name!).Where(cordoned.ContainsKey)], Math.Max(options.MaxParallelNodes, 1), node =>
            new OneNodeDrain(api, steady, _cordon, node, options, reads, tell).DrainAsync(cordoned[node], cancellation));
        ends.CancelHere();
        await reads.Budgets.EndAsync();
    }

    private async Task FillAsync(IReadOnlyList<Node> nodes, DrainOptions options, ChannelWriter<DrainEvent> events, CancellationToken cancellation)
    {
        try
        {
            await DrainAllAsync([.. nodes.DistinctBy(node => node.Metadata.Name)], options, told => events.TryWrite(told), cancellation);
        }
        finally
        {
            events.Complete();
        }
    }

    private static async Task EachAsync<T>(IReadOnlyList<T> items, int atOnce, Func<T, Task> work)
    {
        using var room = new SemaphoreSlim(atOnce);
        await Task.WhenAll(items.Select(async item =>
        {
            await room.WaitAsync(CancellationToken.None);
            try
            {
                await work(item);
            }
            finally
            {
                room.Release();
            }
        }));
    }
}
