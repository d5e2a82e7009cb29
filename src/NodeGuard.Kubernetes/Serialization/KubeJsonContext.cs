using System.Text.Json.Serialization;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Kubernetes.Serialization;

/// <summary>How the models are read and written; nothing here needs reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    // Schemas inside CustomResourceDefinitions nest deeper than the default of 64.
    MaxDepth = 512,
    Converters = [typeof(KubeTimeConverter)])]
[JsonSerializable(typeof(KubeList<Node>))]
[JsonSerializable(typeof(KubeList<Namespace>))]
[JsonSerializable(typeof(KubeList<Pod>))]
[JsonSerializable(typeof(KubeList<ReplicationController>))]
[JsonSerializable(typeof(KubeList<PersistentVolumeClaim>))]
[JsonSerializable(typeof(KubeList<PersistentVolume>))]
[JsonSerializable(typeof(KubeList<PodDisruptionBudget>))]
[JsonSerializable(typeof(KubeList<Lease>))]
[JsonSerializable(typeof(KubeList<Event>))]
[JsonSerializable(typeof(KubeList<DaemonSet>))]
[JsonSerializable(typeof(KubeList<ReplicaSet>))]
[JsonSerializable(typeof(KubeList<Deployment>))]
[JsonSerializable(typeof(KubeList<StatefulSet>))]
[JsonSerializable(typeof(KubeList<Job>))]
[JsonSerializable(typeof(KubeList<CsiNode>))]
[JsonSerializable(typeof(KubeList<VolumeAttachment>))]
[JsonSerializable(typeof(KubeList<NodePolicy>))]
[JsonSerializable(typeof(KubeList<NodeRecycle>))]
[JsonSerializable(typeof(KubeList<GuardedNode>))]
[JsonSerializable(typeof(KubeList<FleetObject>))]
[JsonSerializable(typeof(KubeList<UntypedObject>))]
[JsonSerializable(typeof(StatusObject))]
[JsonSerializable(typeof(DeleteOptions))]
[JsonSerializable(typeof(Eviction))]
public sealed partial class KubeJsonContext : JsonSerializerContext;
