using System.Text.Json.Serialization;

namespace NodeGuard.Core.Draining;

/// <summary>
/// What a drain tells while it runs. Each node's events are in order, those of different nodes mixed; the last event of
/// each node is <see cref="Finished"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Cordoned), "cordoned")]
[JsonDerivedType(typeof(Uncordoned), "uncordoned")]
[JsonDerivedType(typeof(Planned), "planned")]
[JsonDerivedType(typeof(Skipped), "skipped")]
[JsonDerivedType(typeof(Warning), "warning")]
[JsonDerivedType(typeof(Evicting), "evicting")]
[JsonDerivedType(typeof(Terminating), "terminating")]
[JsonDerivedType(typeof(Evicted), "evicted")]
[JsonDerivedType(typeof(Blocked), "blocked")]
[JsonDerivedType(typeof(Waiting), "waiting")]
[JsonDerivedType(typeof(Failed), "failed")]
[JsonDerivedType(typeof(VolumesWaiting), "volumesWaiting")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Finished), "finished")]
public abstract record DrainEvent
{
    // Not public: the cases below are all there are.
    private protected DrainEvent(DateTimeOffset at, string node)
    {
        At = at;
        Node = node;
    }

    public DateTimeOffset At { get; }

    public string Node { get; }

    /// <summary>The node takes no new pods.</summary>
    /// <param name="Owner">Whose cordon it is: only ours is ever taken back.</param>
    /// <param name="Already">It was cordoned before.</param>
    public sealed record Cordoned(DateTimeOffset At, string Node, CordonOwner Owner, bool Already, bool DryRun) : DrainEvent(At, Node);

    /// <summary>Our cordon was taken back.</summary>
    public sealed record Uncordoned(DateTimeOffset At, string Node, bool DryRun) : DrainEvent(At, Node);

    /// <summary>The pods of the first list: how many are to go, and how many stay.</summary>
    public sealed record Planned(DateTimeOffset At, string Node, int ToEvict, int ToSkip) : DrainEvent(At, Node);

    /// <summary>This pod stays on the node, and the drain does not wait for it.</summary>
    public sealed record Skipped(DateTimeOffset At, string Node, PodId Pod, SkipReason Reason, string Message) : DrainEvent(At, Node);

    /// <summary>Something a person should know; the drain goes on.</summary>
    /// <param name="Pod">Null when it is about the node or the cluster.</param>
    public sealed record Warning(DateTimeOffset At, string Node, PodId? Pod, string Message) : DrainEvent(At, Node);

    /// <summary>The first try to evict (or delete) this pod.</summary>
    /// <param name="Delete">By DELETE, because eviction was disabled.</param>
    public sealed record Evicting(DateTimeOffset At, string Node, PodId Pod, bool Delete, DrainDryRun DryRun) : DrainEvent(At, Node);

    /// <summary>The server took the eviction (or somebody else's delete); the pod is ending.</summary>
    /// <param name="Until">When its grace is over at the latest; null when not known yet.</param>
    public sealed record Terminating(DateTimeOffset At, string Node, PodId Pod, DateTimeOffset? Until) : DrainEvent(At, Node);

    /// <summary>The pod is gone from the node.</summary>
    public sealed record Evicted(DateTimeOffset At, string Node, PodId Pod) : DrainEvent(At, Node);

    /// <summary>Something that people must change, or that other pods must reach, forbids the eviction. Tried again until the timeout.</summary>
    /// <param name="Budgets">Names of the PodDisruptionBudgets in the pod's namespace; empty when none is at fault, or none is known.</param>
    /// <param name="Since">When it was first seen by this drain.</param>
    /// <param name="Reason">What forbids it, with figures.</param>
    /// <param name="Remedy">What would free it; empty when not known.</param>
    public sealed record Blocked(
        DateTimeOffset At, string Node, PodId Pod, BlockKind Kind, IReadOnlyList<string> Budgets, DateTimeOffset Since, string Reason, string Remedy)
        : DrainEvent(At, Node);

    /// <summary>The pod will go on by itself: told once for each reason.</summary>
    public sealed record Waiting(DateTimeOffset At, string Node, PodId Pod, WaitReason Reason, DateTimeOffset Since, string Message)
        : DrainEvent(At, Node);

    /// <summary>This pod cannot be drained. Other pods of its turn go on.</summary>
    public sealed record Failed(DateTimeOffset At, string Node, PodId Pod, string Message) : DrainEvent(At, Node);

    /// <summary>The pods are gone; these volumes are still attached to the node.</summary>
    /// <param name="Volumes">Names of PersistentVolumes.</param>
    public sealed record VolumesWaiting(DateTimeOffset At, string Node, IReadOnlyList<string> Volumes) : DrainEvent(At, Node);

    /// <summary>Told when a figure changed.</summary>
    public sealed record Progress(DateTimeOffset At, string Node, DrainCounts Counts) : DrainEvent(At, Node);

    /// <summary>The last event of the node.</summary>
    public sealed record Finished(DateTimeOffset At, string Node, NodeDrainResult Result) : DrainEvent(At, Node);
}

/// <summary>Pods of one node, without those that stay.</summary>
/// <param name="Evicted">Gone since the drain began.</param>
/// <param name="Terminating">Ending.</param>
/// <param name="Left">To go, not ending yet; <paramref name="Blocked"/> and <paramref name="Failed"/> are among them.</param>
public readonly record struct DrainCounts(int Evicted, int Terminating, int Left, int Blocked, int Failed);

public enum CordonOwner
{
    /// <summary>No cordon.</summary>
    None,

    /// <summary>Set by a drain with this id.</summary>
    Us,

    /// <summary>Set by a drain with this id that succeeded: another drain leaves it as it is.</summary>
    EarlierDrain,

    /// <summary>Set by an admin or another tool.</summary>
    Other,
}

public enum SkipReason
{
    /// <summary>Its DaemonSet would put it back (--ignore-daemonsets).</summary>
    DaemonSet,

    /// <summary>A static pod: only the kubelet ends it.</summary>
    Mirror,

    /// <summary>Long past its deletionTimestamp (--skip-wait-for-delete-timeout, or its node is unreachable).</summary>
    StuckTerminating,

    /// <summary>The annotation <c>nodeguard.io/drain: skip</c>.</summary>
    SkipAnnotation,

    /// <summary>cluster-api's label <c>cluster.x-k8s.io/drain: skip</c>.</summary>
    ClusterApiSkip,
}

public enum BlockKind
{
    /// <summary>A PodDisruptionBudget allows no disruption now.</summary>
    Budget,

    /// <summary>More than one PodDisruptionBudget selects the pod: the server evicts no such pod.</summary>
    SeveralBudgets,

    /// <summary>An admission webhook says no, or is not reachable.</summary>
    Webhook,

    /// <summary>The annotation <c>karpenter.sh/do-not-disrupt</c>.</summary>
    DoNotDisrupt,

    /// <summary><c>nodeguard.io/drain: wait-for-completion</c>: the pod has not finished.</summary>
    WaitForCompletion,
}

public enum WaitReason
{
    /// <summary>Pods of an earlier tier or drain-order are not gone. Told of pods that are left at the end, not as an event.</summary>
    Turn,

    /// <summary>The API server is busy.</summary>
    Throttled,

    /// <summary>The pod's namespace is being deleted, and the pod with it.</summary>
    NamespaceTerminating,

    /// <summary>The last try met a fault of the server or of the connection to it.</summary>
    ServerFault,
}
