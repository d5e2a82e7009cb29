namespace NodeGuard.Core.Draining;

/// <summary>All that the next step of one node's drain is decided from.</summary>
public sealed record DrainSnapshot
{
    public required DrainNode Node { get; init; }

    public required DrainOptions Options { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>When this run of the drain began; the timeout counts from it.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The pods that are bound to the node now.</summary>
    public required IReadOnlyCollection<DrainPod> Pods { get; init; }

    /// <summary>By pod uid.</summary>
    public IReadOnlyDictionary<string, PodAttempt> Attempts { get; init; } = new Dictionary<string, PodAttempt>();

    public IReadOnlyDictionary<DaemonSetName, DaemonSetAnswer> DaemonSets { get; init; } = new Dictionary<DaemonSetName, DaemonSetAnswer>();

    /// <summary>By namespace; a namespace that is not in it has not been read, or could not be.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<DrainBudget>> Budgets { get; init; } =
        new Dictionary<string, IReadOnlyList<DrainBudget>>();

    /// <summary>Namespaces whose budgets are being read, or that we may not read: not to be asked for again.</summary>
    public IReadOnlySet<string> BudgetsAsked { get; init; } = new HashSet<string>();

    /// <summary>When the last complete list of the node's pods was asked for.</summary>
    public required DateTimeOffset ListedAt { get; init; }

    /// <summary>A list that begins at or after this time shows every pod that the scheduler could have bound, and no pod that is gone.</summary>
    public required DateTimeOffset ListNeededAt { get; init; }
}
