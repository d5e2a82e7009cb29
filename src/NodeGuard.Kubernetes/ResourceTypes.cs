using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes;

/// <summary>The resources that have a model; any other comes from discovery, by <see cref="Untyped"/>.</summary>
public static class ResourceTypes
{
    public static ResourceType<Node> Nodes { get; } = new(
        "", "v1", "nodes", "Node", Namespaced: false, KubeJsonContext.Default.Node, KubeJsonContext.Default.KubeListNode);

    public static ResourceType<Namespace> Namespaces { get; } = new(
        "", "v1", "namespaces", "Namespace", Namespaced: false, KubeJsonContext.Default.Namespace, KubeJsonContext.Default.KubeListNamespace);

    public static ResourceType<Pod> Pods { get; } = new(
        "", "v1", "pods", "Pod", Namespaced: true, KubeJsonContext.Default.Pod, KubeJsonContext.Default.KubeListPod);

    public static ResourceType<ReplicationController> ReplicationControllers { get; } = new(
        "", "v1", "replicationcontrollers", "ReplicationController", Namespaced: true, KubeJsonContext.Default.ReplicationController, KubeJsonContext.Default.KubeListReplicationController);

    public static ResourceType<PersistentVolumeClaim> PersistentVolumeClaims { get; } = new(
        "", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", Namespaced: true, KubeJsonContext.Default.PersistentVolumeClaim, KubeJsonContext.Default.KubeListPersistentVolumeClaim);

    public static ResourceType<PersistentVolume> PersistentVolumes { get; } = new(
        "", "v1", "persistentvolumes", "PersistentVolume", Namespaced: false, KubeJsonContext.Default.PersistentVolume, KubeJsonContext.Default.KubeListPersistentVolume);

    public static ResourceType<PodDisruptionBudget> PodDisruptionBudgets { get; } = new(
        "policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", Namespaced: true, KubeJsonContext.Default.PodDisruptionBudget, KubeJsonContext.Default.KubeListPodDisruptionBudget);

    public static ResourceType<Lease> Leases { get; } = new(
        "coordination.k8s.io", "v1", "leases", "Lease", Namespaced: true, KubeJsonContext.Default.Lease, KubeJsonContext.Default.KubeListLease);

    public static ResourceType<Event> Events { get; } = new(
        "events.k8s.io", "v1", "events", "Event", Namespaced: true, KubeJsonContext.Default.Event, KubeJsonContext.Default.KubeListEvent);

    public static ResourceType<DaemonSet> DaemonSets { get; } = new(
        "apps", "v1", "daemonsets", "DaemonSet", Namespaced: true, KubeJsonContext.Default.DaemonSet, KubeJsonContext.Default.KubeListDaemonSet);

    public static ResourceType<ReplicaSet> ReplicaSets { get; } = new(
        "apps", "v1", "replicasets", "ReplicaSet", Namespaced: true, KubeJsonContext.Default.ReplicaSet, KubeJsonContext.Default.KubeListReplicaSet);

    public static ResourceType<Deployment> Deployments { get; } = new(
        "apps", "v1", "deployments", "Deployment", Namespaced: true, KubeJsonContext.Default.Deployment, KubeJsonContext.Default.KubeListDeployment);

    public static ResourceType<StatefulSet> StatefulSets { get; } = new(
        "apps", "v1", "statefulsets", "StatefulSet", Namespaced: true, KubeJsonContext.Default.StatefulSet, KubeJsonContext.Default.KubeListStatefulSet);

    public static ResourceType<Job> Jobs { get; } = new(
        "batch", "v1", "jobs", "Job", Namespaced: true, KubeJsonContext.Default.Job, KubeJsonContext.Default.KubeListJob);

    public static ResourceType<CsiNode> CsiNodes { get; } = new(
        "storage.k8s.io", "v1", "csinodes", "CSINode", Namespaced: false, KubeJsonContext.Default.CsiNode, KubeJsonContext.Default.KubeListCsiNode);

    public static ResourceType<VolumeAttachment> VolumeAttachments { get; } = new(
        "storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", Namespaced: false, KubeJsonContext.Default.VolumeAttachment, KubeJsonContext.Default.KubeListVolumeAttachment);

    public static ResourceType<NodePolicy> NodePolicies { get; } = new(
        FleetKeys.Group, FleetKeys.Version, "nodepolicies", "NodePolicy", Namespaced: false, KubeJsonContext.Default.NodePolicy, KubeJsonContext.Default.KubeListNodePolicy);

    public static ResourceType<NodeRecycle> NodeRecycles { get; } = new(
        FleetKeys.Group, FleetKeys.Version, "noderecycles", "NodeRecycle", Namespaced: false, KubeJsonContext.Default.NodeRecycle, KubeJsonContext.Default.KubeListNodeRecycle);

    public static ResourceType<GuardedNode> GuardedNodes { get; } = new(
        FleetKeys.Group, FleetKeys.Version, "guardednodes", "GuardedNode", Namespaced: false, KubeJsonContext.Default.GuardedNode, KubeJsonContext.Default.KubeListGuardedNode);

    public static ResourceType<FleetObject> Fleets { get; } = new(
        FleetKeys.Group, FleetKeys.Version, "fleets", "Fleet", Namespaced: false, KubeJsonContext.Default.FleetObject, KubeJsonContext.Default.KubeListFleetObject);

    public static ResourceType<UntypedObject> Untyped(string group, string version, string plural, string kind, bool namespaced) =>
        new(group, version, plural, kind, namespaced, KubeJsonContext.Default.UntypedObject, KubeJsonContext.Default.KubeListUntypedObject);
}
