namespace NodeGuard.Core.Draining;

/// <summary>How nodes are drained. The first group has the names and meanings of <c>kubectl drain</c>'s flags.</summary>
public sealed record DrainOptions
{
    public static DrainOptions Default { get; } = new();

    /// <summary>--ignore-daemonsets: pods of a DaemonSet stay; without it they are an error.</summary>
    public bool IgnoreDaemonSets { get; init; }

    /// <summary>--delete-emptydir-data: pods with an emptyDir go too; without it they are an error.</summary>
    public bool DeleteEmptyDirData { get; init; }

    /// <summary>--force: pods that no controller owns, or whose DaemonSet is gone, go too; without it they are an error.</summary>
    public bool Force { get; init; }

    /// <summary>--grace-period: null leaves each pod its own; zero is immediate.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>--timeout: for each node, from the start of its own drain; zero is for ever.</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>--pod-selector: only pods with these labels are looked at.</summary>
    public string PodSelector { get; init; } = string.Empty;

    /// <summary>--dry-run.</summary>
    public DrainDryRun DryRun { get; init; }

    /// <summary>--disable-eviction: DELETE instead of eviction, past every budget.</summary>
    public bool DisableEviction { get; init; }

    /// <summary>--skip-wait-for-delete-timeout: a pod this long past its deletionTimestamp is not waited for; zero waits for all.</summary>
    public TimeSpan SkipWaitForDeleteTimeout { get; init; }

    /// <summary>--chunk-size: pods in one page of a list; 0 is all at once.</summary>
    public int ChunkSize { get; init; } = 500;

    /// <summary>How many nodes are drained at once. All are cordoned before the first is drained.</summary>
    public int MaxParallelNodes { get; init; } = 4;

    /// <summary>How many evictions of one node are asked for at once; pods that are ending do not count.</summary>
    public int MaxParallelEvictions { get; init; } = 32;

    /// <summary>A failed drain leaves the node cordoned; otherwise the cordon that this drain set is taken back.</summary>
    public bool KeepCordoned { get; init; }

    /// <summary>
    /// Who cordons, as written into <c>nodeguard.io/cordoned-by</c>. A drain that starts again with the same id goes on
    /// where the last one stopped; a cordon with another id, or none, is somebody else's and stays.
    /// </summary>
    public string CordonId { get; init; } = "drain";

    /// <summary>
    /// How long <c>karpenter.sh/do-not-disrupt</c> is respected, from the start of the node's drain: null is for ever,
    /// zero is not at all.
    /// </summary>
    public TimeSpan? RespectDoNotDisruptFor { get; init; }

    /// <summary>
    /// How long volumes may take to be detached after the last pod is gone; zero does not look at them. Volumes left
    /// after that are told and do not fail the drain.
    /// </summary>
    public TimeSpan VolumeDetachTimeout { get; init; } = TimeSpan.FromMinutes(2);
}

public enum DrainDryRun
{
    None,

    /// <summary>Reads and decides, asks for nothing.</summary>
    Client,

    /// <summary>The server checks each cordon and eviction, and changes nothing.</summary>
    Server,
}
