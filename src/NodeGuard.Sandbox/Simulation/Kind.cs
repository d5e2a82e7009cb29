namespace NodeGuard.Sandbox.Simulation;

/// <summary>The kinds that the simulation reads or writes.</summary>
internal enum Kind
{
    Node,
    Pod,
    Lease,
    Event,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    ControllerRevision,
    Job,
    PodDisruptionBudget,
    PersistentVolume,
    PersistentVolumeClaim,
    StorageClass,
    VolumeAttachment,
    CSINode,
}

internal static class Kinds
{
    public static string ApiVersion(this Kind kind) => kind switch
    {
        Kind.Lease => "coordination.k8s.io/v1",
        Kind.Deployment or Kind.ReplicaSet or Kind.StatefulSet or Kind.DaemonSet or Kind.ControllerRevision => "apps/v1",
        Kind.Job => "batch/v1",
        Kind.PodDisruptionBudget => "policy/v1",
        Kind.StorageClass or Kind.VolumeAttachment or Kind.CSINode => "storage.k8s.io/v1",
        _ => "v1",
    };

    public static string Group(this Kind kind) => kind.ApiVersion() is var version && version.Contains('/', StringComparison.Ordinal)
        ? version[..version.IndexOf('/', StringComparison.Ordinal)]
        : "";

    public static string Plural(this Kind kind) =>
        // No plural of these kinds is irregular.
        kind.ToString().ToLowerInvariant() + (kind == Kind.StorageClass ? "es" : "s");
}
