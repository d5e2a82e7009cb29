namespace NodeGuard.Core.Draining;

public enum PodStage
{
    Skipped,

    /// <summary>The options allow neither to evict nor to leave it.</summary>
    Refused,

    /// <summary>Its DaemonSet is being asked for.</summary>
    Undecided,

    /// <summary>Not asked for yet; it can be as soon as there is a free place.</summary>
    Due,

    InFlight,

    Terminating,

    Blocked,

    Waiting,

    /// <summary>The server's answer is final.</summary>
    Failed,
}

/// <summary>Where one pod stands in this drain.</summary>
/// <param name="Until">When time alone changes it; null when it does not.</param>
public sealed record PodState(DrainPod Pod, PodStage Stage)
{
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Its eviction may be asked for at this moment, for the first time or again.</summary>
    public bool IsDue { get; init; }

    /// <summary>With <see cref="PodStage.InFlight"/>: the last answer was a block, and the next is awaited.</summary>
    public bool WasBlocked { get; init; }

    public SkipReason SkipReason { get; init; }

    public BlockKind BlockKind { get; init; }

    public WaitReason WaitReason { get; init; }

    public IReadOnlyList<string> Budgets { get; init; } = [];

    public DateTimeOffset Since { get; init; }

    public DateTimeOffset? Until { get; init; }

    /// <summary>One sentence without a full stop; empty when the stage says all.</summary>
    public string Reason { get; init; } = string.Empty;

    public string Remedy { get; init; } = string.Empty;

    /// <summary>The drain is not over while such a pod is there.</summary>
    public bool IsLeft => Stage != PodStage.Skipped;

    public bool IsBlocked => Stage == PodStage.Blocked || WasBlocked;

    public bool IsLost => Stage is PodStage.Refused or PodStage.Failed;
}
