namespace NodeGuard.Core.Draining;

/// <summary>A pod as observed, as far as draining asks.</summary>
public sealed record DrainPod
{
    public static IReadOnlyDictionary<string, string> NoLabels { get; } = new Dictionary<string, string>();

    public required PodId Id { get; init; }

    public string NodeName { get; init; } = string.Empty;

    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = NoLabels;

    /// <summary>The owner with <c>controller: true</c>; null when there is none.</summary>
    public PodController? Controller { get; init; }

    public PodPhase Phase { get; init; } = PodPhase.Running;

    /// <summary>The Ready condition; meaningless for a finished pod.</summary>
    public bool Ready { get; init; } = true;

    /// <summary>Why a container does not run, such as CrashLoopBackOff; null when all run.</summary>
    public string? ContainerTrouble { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the pod's grace is over; null when nobody has deleted it.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public TimeSpan? DeletionGrace { get; init; }

    public int Priority { get; init; }

    public string PriorityClass { get; init; } = string.Empty;

    public bool HasEmptyDir { get; init; }

    /// <summary>Names of the PersistentVolumeClaims that the pod mounts, in its namespace.</summary>
    public IReadOnlyList<string> Claims { get; init; } = [];

    public IReadOnlyList<PodToleration> Tolerations { get; init; } = [];

    public bool IsFinished => Phase is PodPhase.Succeeded or PodPhase.Failed;

    public bool IsTerminating => DeletionTimestamp is not null;

    public bool IsDaemonSetPod => Controller is { ApiVersion: "apps/v1", Kind: "DaemonSet" };

    public bool IsMirror => Annotations.ContainsKey(DrainKeys.Mirror);
}

public sealed record PodController(string ApiVersion, string Kind, string Name, string Uid);

/// <param name="Key">Empty with <c>Exists</c>: every taint.</param>
/// <param name="Effect">Empty: every effect.</param>
public sealed record PodToleration(string Key, bool Exists, string Value, string Effect)
{
    public bool Tolerates(NodeTaint taint) =>
        (Effect.Length == 0 || Effect == taint.Effect)
        && (Key.Length == 0 ? Exists : Key == taint.Key)
        && (Exists || Value == taint.Value);
}

public sealed record NodeTaint(string Key, string Value, string Effect);

public enum PodPhase
{
    Pending,
    Running,
    Succeeded,
    Failed,

    /// <summary>The kubelet has not been heard.</summary>
    Unknown,
}
