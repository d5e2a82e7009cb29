namespace NodeGuard.Sandbox.Patches;

/// <summary>
/// By which key the lists of built-in kinds merge. Types are those of the API where their lists merge, else the empty
/// type, in which every list is replaced whole.
/// </summary>
internal static class MergeKeys
{
    /// <summary>Field of a type: the type of its value, and for a list that merges its key; empty for plain values.</summary>
    private static readonly Dictionary<(string Type, string Field), (string Child, string? Key)> Fields = new()
    {
        [("Object", "metadata")] = ("Meta", null),
        [("Meta", "finalizers")] = ("", ""),
        [("Meta", "ownerReferences")] = ("", "uid"),
        [("Node", "metadata")] = ("Meta", null),
        [("Node", "spec")] = ("NodeSpec", null),
        [("Node", "status")] = ("NodeStatus", null),
        [("NodeSpec", "podCIDRs")] = ("", ""),
        [("NodeStatus", "conditions")] = ("", "type"),
        [("NodeStatus", "addresses")] = ("", "type"),
        [("Pod", "metadata")] = ("Meta", null),
        [("Pod", "spec")] = ("PodSpec", null),
        [("Pod", "status")] = ("PodStatus", null),
        [("PodStatus", "conditions")] = ("", "type"),
        [("PodStatus", "podIPs")] = ("", "ip"),
        [("PodStatus", "hostIPs")] = ("", "ip"),
        [("PodSpec", "containers")] = ("Container", "name"),
        [("PodSpec", "initContainers")] = ("Container", "name"),
        [("PodSpec", "ephemeralContainers")] = ("Container", "name"),
        [("PodSpec", "volumes")] = ("Volume", "name"),
        [("PodSpec", "imagePullSecrets")] = ("", "name"),
        [("PodSpec", "hostAliases")] = ("", "ip"),
        [("PodSpec", "topologySpreadConstraints")] = ("", "topologyKey"),
        [("PodSpec", "schedulingGates")] = ("", "name"),
        [("PodSpec", "resourceClaims")] = ("", "name"),
        [("Container", "ports")] = ("", "containerPort"),
        [("Container", "env")] = ("", "name"),
        [("Container", "volumeMounts")] = ("", "mountPath"),
        [("Container", "volumeDevices")] = ("", "devicePath"),
        [("Workload", "metadata")] = ("Meta", null),
        [("Workload", "spec")] = ("WorkloadSpec", null),
        [("Workload", "status")] = ("WorkloadStatus", null),
        [("WorkloadSpec", "template")] = ("Pod", null),
        [("WorkloadSpec", "jobTemplate")] = ("Workload", null),
        [("WorkloadStatus", "conditions")] = ("", "type"),
        [("Service", "metadata")] = ("Meta", null),
        [("Service", "spec")] = ("ServiceSpec", null),
        [("Service", "status")] = ("WorkloadStatus", null),
        [("ServiceSpec", "ports")] = ("", "port"),
        [("ServiceAccount", "metadata")] = ("Meta", null),
        [("ServiceAccount", "secrets")] = ("", "name"),
        [("ServiceAccount", "imagePullSecrets")] = ("", "name"),
        [("Status", "metadata")] = ("Meta", null),
        [("Status", "status")] = ("WorkloadStatus", null),
    };

    public static string Root(string kind) => kind switch
    {
        "Node" or "Pod" or "Service" or "ServiceAccount" => kind,
        "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" or "Job" or "CronJob" or "ReplicationController" => "Workload",
        "PodDisruptionBudget" or "Namespace" or "PersistentVolumeClaim" => "Status",
        _ => "Object",
    };

    public static string Child(string type, string field) =>
        Fields.TryGetValue((type, field), out (string Child, string? Key) found) ? found.Child : "";

    /// <summary>Null when the list is replaced whole; empty when it is a set of plain values.</summary>
    public static string? Of(string type, string field) =>
        Fields.TryGetValue((type, field), out (string Child, string? Key) found) ? found.Key : null;
}
