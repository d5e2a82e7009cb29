namespace NodeGuard.Core.Draining;

/// <summary>How the drain of one node ended, and the state that it left.</summary>
/// <param name="Message">One sentence: what happened, and for all but <see cref="DrainOutcome.Drained"/> what to do.</param>
/// <param name="Cordon">Whose cordon the node has now; <see cref="CordonOwner.None"/>: it takes pods.</param>
/// <param name="LeftPods">Pods that should have gone and are on the node, each with the reason; empty when drained.</param>
/// <param name="SkippedPods">How many pods stay on purpose.</param>
public sealed record NodeDrainResult(
    string Node,
    DrainOutcome Outcome,
    string Message,
    CordonOwner Cordon,
    DrainCounts Counts,
    IReadOnlyList<LeftPod> LeftPods,
    int SkippedPods,
    VolumeState Volumes,
    TimeSpan Duration);

public enum DrainOutcome
{
    /// <summary>Every pod that should go is gone (with --dry-run: would be).</summary>
    Drained,

    Failed,

    /// <summary>The timeout came while a budget, a webhook or an annotation forbade an eviction; <see cref="NodeDrainResult.LeftPods"/> names it.</summary>
    BlockedUntilTimeout,

    Cancelled,
}

/// <param name="Why">One sentence: what keeps it, and what would free it.</param>
public sealed record LeftPod(PodId Pod, string Why);

public enum VolumeState
{
    /// <summary>Not looked at: switched off, a dry run, or the drain ended before.</summary>
    NotChecked,

    Detached,

    /// <summary>The time to detach was over; the events name the volumes.</summary>
    StillAttached,

    /// <summary>The server did not let us see the attachments.</summary>
    Unknown,
}
