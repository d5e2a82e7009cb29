using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>Drains nodes; whoever starts it again with the same options goes on where the last one stopped.</summary>
public interface INodeDrain
{
    /// <summary>
    /// Cordons all <paramref name="nodes"/>, then drains them. Ends after the last node's <see cref="DrainEvent.Finished"/>.
    /// Cancellation does not throw: each node then ends as <see cref="DrainOutcome.Cancelled"/>, with our cordon taken back
    /// unless it is to be kept. Leaving the enumeration early is a cancellation too.
    /// </summary>
    /// <param name="nodes">As they were read a moment ago: one that has changed since is read again before it is written.</param>
    IAsyncEnumerable<DrainEvent> DrainAsync(IReadOnlyList<Node> nodes, DrainOptions options, CancellationToken cancellation);

    /// <summary>Cordons one node; a cordon that stands is left as it is.</summary>
    /// <param name="cordonId">Empty: no annotation, a person's cordon, which no drain takes back.</param>
    Task<CordonAnswer> CordonAsync(string node, string cordonId, bool dryRun, CancellationToken cancellation);

    /// <summary>Takes back the cordon with this id, whether or not its drain has ended; any other stays (Invariant 7).</summary>
    Task<CordonAnswer> ReleaseAsync(string node, string cordonId, CancellationToken cancellation);

    /// <summary>Uncordons, whoever cordoned: a person asked for it. Takes our annotations away.</summary>
    Task<CordonAnswer> UncordonAsync(string node, bool dryRun, CancellationToken cancellation);
}

/// <param name="Owner">Whose cordon the node has now.</param>
/// <param name="Changed">False: it was so already.</param>
/// <param name="Failure">Null when it worked; otherwise a sentence that names the node, what was wanted and what was found.</param>
public sealed record CordonAnswer(CordonOwner Owner, bool Changed, string? Failure);
