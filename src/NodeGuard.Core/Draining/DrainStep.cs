namespace NodeGuard.Core.Draining;

/// <summary>One thing to ask the server for.</summary>
public abstract record DrainAction
{
    private DrainAction()
    {
    }

    /// <param name="Grace">Null: the pod's own.</param>
    public sealed record Evict(PodId Pod, TimeSpan? Grace, bool ByDelete) : DrainAction;

    public sealed record AskDaemonSet(DaemonSetName Name) : DrainAction;

    /// <summary>Read and follow the budgets of a namespace.</summary>
    public sealed record FollowBudgets(string Namespace) : DrainAction;

    /// <summary>List the node's pods anew.</summary>
    public sealed record List : DrainAction;
}

/// <summary>What follows from a snapshot.</summary>
/// <param name="WakeAt">Decide again at this time even if nothing is heard.</param>
/// <param name="Verdict">Null: the drain goes on.</param>
public sealed record DrainStep(
    IReadOnlyList<PodState> Pods, IReadOnlyList<DrainAction> Actions, DateTimeOffset WakeAt, DrainVerdict? Verdict);

/// <summary>That the pods' part of the drain is over, and how.</summary>
public abstract record DrainVerdict
{
    private DrainVerdict()
    {
    }

    /// <summary>No pod is left, by a list that was asked for late enough.</summary>
    public sealed record PodsGone : DrainVerdict;

    public sealed record Failed(string Message) : DrainVerdict;

    public sealed record BlockedUntilTimeout(string Message) : DrainVerdict;
}
