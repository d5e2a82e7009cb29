namespace NodeGuard.Core.Draining.Preflight;

public enum PreflightSeverity
{
    /// <summary>Worth knowing; stops nothing.</summary>
    Note,

    /// <summary>Stops or hurts the drain as things are now, or loses something that the drain was told it may lose.</summary>
    Warning,

    /// <summary>The drain cannot end until somebody changes this.</summary>
    Blocker,
}

/// <summary>What was looked at; the names are part of the output.</summary>
public enum PreflightCheck
{
    BudgetNeverAllows,
    BudgetAllowsNoneNow,
    BudgetNotSynced,
    OverlappingBudgets,
    UnownedPod,
    LocalData,
    FitsNowhere,
    FitsNotTogether,
    DoNotDisrupt,
    CrashLoopUnderBudget,
    DaemonSetPod,
    Finalizer,
    LongGrace,
    NotRead,
}

/// <param name="Nodes">The nodes to be drained that this is about; empty: the cluster.</param>
/// <param name="Subjects">The objects it is about, such as "Pod ns/name" and "PodDisruptionBudget ns/name".</param>
/// <param name="Owner">Whom to talk to; null when nobody is named.</param>
public sealed record PreflightFinding(
    PreflightSeverity Severity,
    PreflightCheck Check,
    IReadOnlyList<string> Nodes,
    IReadOnlyList<string> Subjects,
    string Finding,
    string Fix,
    OwnerContact? Owner);

/// <summary>Who answers for a pod.</summary>
/// <param name="Controllers">From the pod's own controller up, such as "ReplicaSet ns/web-1", "Deployment ns/web".</param>
/// <param name="Hints">Labels and annotations that name people, as "key=value (of Deployment ns/web)".</param>
public sealed record OwnerContact(string Namespace, IReadOnlyList<string> Controllers, IReadOnlyList<string> Hints);

/// <summary>What preflight found for a set of nodes.</summary>
/// <param name="Coarse">What the placement check left out; always said along with its findings.</param>
public sealed record PreflightReport(IReadOnlyList<string> Nodes, IReadOnlyList<PreflightFinding> Findings, string Coarse)
{
    public bool Blocked => Findings.Any(static finding => finding.Severity is PreflightSeverity.Blocker);
}
