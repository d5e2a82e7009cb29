using System.Runtime.CompilerServices;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Cli.Tests.Fakes;

/// <summary>Tells the same events for any drain, and keeps what it was asked for.</summary>
internal sealed class FakeDrain(params DrainEvent[] events) : INodeDrain
{
    public IReadOnlyList<string> Nodes { get; private set; } = [];

    public DrainOptions? Options { get; private set; }

    public List<string> Cordons { get; } = [];

    public Func<string, CordonAnswer> Answer { get; init; } = static _ => new CordonAnswer(CordonOwner.Other, Changed: true, Failure: null);

    public async IAsyncEnumerable<DrainEvent> DrainAsync(
        IReadOnlyList<Node> nodes, DrainOptions options, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Nodes = [.. nodes.Select(node => node.Metadata.Name!)];
        Options = options;
        foreach (var told in events)
        {
            await Task.Yield();
            yield return told;
        }
    }

    public Task<CordonAnswer> CordonAsync(string node, string cordonId, bool dryRun, CancellationToken cancellation)
    {
        Cordons.Add($"cordon {node} {cordonId} {dryRun}");
        return Task.FromResult(Answer(node));
    }

    public Task<CordonAnswer> ReleaseAsync(string node, string cordonId, CancellationToken cancellation)
    {
        Cordons.Add($"release {node} {cordonId}");
        return Task.FromResult(Answer(node));
    }

    public Task<CordonAnswer> UncordonAsync(string node, bool dryRun, CancellationToken cancellation)
    {
        Cordons.Add($"uncordon {node} {dryRun}");
        return Task.FromResult(Answer(node));
    }
}
