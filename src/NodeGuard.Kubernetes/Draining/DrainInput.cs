using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>Something that the drain of one node hears.</summary>
internal abstract record DrainInput
{
    private DrainInput()
    {
    }

    public sealed record PodsListed(IReadOnlyList<DrainPod> Pods, DateTimeOffset AskedAt) : DrainInput;

    public sealed record PodChanged(DrainPod Pod) : DrainInput;

    public sealed record PodRemoved(string Uid) : DrainInput;

    /// <summary>A list beside the watch, to confirm what is seen.</summary>
    public sealed record Confirmed(IReadOnlyList<DrainPod>? Pods, DateTimeOffset AskedAt) : DrainInput;

    /// <param name="Node">Null: it was deleted.</param>
    public sealed record NodeSeen(DrainNode? Node) : DrainInput;

    /// <param name="Answer">Null: given up without one.</param>
    public sealed record Answered(string Uid, PodAnswer? Answer) : DrainInput;

    public sealed record DaemonSetTold(DaemonSetName Name, DaemonSetAnswer Answer) : DrainInput;

    public sealed record BudgetsChanged : DrainInput;

    public sealed record FeedFailing(ApiFailure Failure) : DrainInput;

    /// <summary>Follows the pods of the node.</summary>
    internal sealed class PodFollower(Action<DrainInput> post) : IFollower<Pod>
    {
        public void Listed(IReadOnlyList<Pod> all, DateTimeOffset askedAt) => post(new PodsListed([.. all.Select(Observations.Pod)], askedAt));

        public void Changed(Pod value) => post(new PodChanged(Observations.Pod(value)));

        public void Removed(Pod value) => post(new PodRemoved(value.Metadata.Uid ?? string.Empty));

        public void Failing(ApiFailure failure) => post(new FeedFailing(failure));
    }

    /// <summary>Follows the node itself. Failures are the pods' followers' to tell: one server answers both.</summary>
    internal sealed class NodeFollower(Node first, Action<DrainInput> post) : IFollower<Node>
    {
        private volatile Node _last = first;

        /// <summary>As it was before it was deleted, if it was.</summary>
        public Node Last => _last;

        public void Listed(IReadOnlyList<Node> all, DateTimeOffset askedAt)
        {
            if (all.Count == 0)
                post(new NodeSeen(null));
            else
                Changed(all[0]);
        }

        public void Changed(Node value)
        {
            _last = value;
            post(new NodeSeen(Observations.Node(value)));
        }

        public void Removed(Node value) => post(new NodeSeen(null));

        public void Failing(ApiFailure failure)
        {
            // The node as last seen stands until the next list.
        }
    }
}
