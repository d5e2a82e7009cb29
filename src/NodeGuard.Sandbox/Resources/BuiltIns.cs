using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>The resources that the sandbox serves without being asked.</summary>
public static class BuiltIns
{
    /// <summary>Adds all of them to a cluster, with the admission that they need.</summary>
    public static void AddTo(Cluster cluster)
    {
        foreach (ResourceInfo resource in (IEnumerable<ResourceInfo>)
            [.. Core(), .. Events.All(), .. Workloads(), .. Access(), .. Others()])
        {
            cluster.Resources.Add(resource);
        }

        cluster.AddAdmission(new NamespaceExists());
    }

    private static ResourceInfo[] Core() =>
    [
        new()
        {
            Group = "", Version = "v1", Plural = "namespaces", Singular = "namespace", Kind = "Namespace", Namespaced = false,
            ShortNames = ["ns"], HasStatus = true, Strategy = new NamespaceStrategy(),
            SelectableFields = Fields(("status.phase", ["status", "phase"])),
            Columns = [Columns.Name, Columns.Text("Status", static o => o.Text("status", "phase") ?? ""), Columns.Age],
        },
        new()
        {
            Group = "", Version = "v1", Plural = "nodes", Singular = "node", Kind = "Node", Namespaced = false,
            ShortNames = ["no"], HasStatus = true, Strategy = new NodeStrategy(), Columns = NodeColumns.All,
            SelectableFields = Flags(("spec.unschedulable", ["spec", "unschedulable"])),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "pods", Singular = "pod", Kind = "Pod", Namespaced = true,
            ShortNames = ["po"], Categories = ["all"], HasStatus = true, Strategy = new PodStrategy(), Columns = PodColumns.All,
            SelectableFields = PodStrategy.SelectableFields,
            Subresources = new Dictionary<string, Subresource> { ["binding"] = PodBinding.Subresource },
        },
        Simple("", "v1", "configmaps", "ConfigMap", true, ["cm"],
            [Columns.Name, new("Data", "string", 0, "Data", static (o, _) => Count(o, "data") + Count(o, "binaryData")), Columns.Age])
            with { Strategy = new ImmutableDataStrategy() },
        Simple("", "v1", "secrets", "Secret", true, [],
            [Columns.Name, Columns.Text("Type", static o => o.Text("type")), new("Data", "string", 0, "Data", static (o, _) => Count(o, "data")), Columns.Age])
            with { Strategy = new SecretStrategy(), SelectableFields = Fields(("type", ["type"])) },
        Simple("", "v1", "serviceaccounts", "ServiceAccount", true, ["sa"],
            [Columns.Name, new("Secrets", "string", 0, "Secrets", static (o, _) => o.Items("secrets").Count()), Columns.Age]),
        Simple("", "v1", "services", "Service", true, ["svc"], ServiceStrategy.Columns)
            with { Categories = ["all"], HasStatus = true, Strategy = new ServiceStrategy() },
        Simple("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, ["pvc"], VolumeColumns.Claims) with { HasStatus = true },
        Simple("", "v1", "persistentvolumes", "PersistentVolume", false, ["pv"], VolumeColumns.Volumes) with { HasStatus = true },
    ];

    private static ResourceInfo[] Workloads() =>
    [
        Workload("apps", "deployments", "Deployment", ["deploy"], WorkloadColumns.Deployments) with { Scale = Replicas },
        Workload("apps", "replicasets", "ReplicaSet", ["rs"], WorkloadColumns.ReplicaSets)
            with { Scale = Replicas, SelectableFields = Numbers(("status.replicas", ["status", "replicas"])) },
        Workload("apps", "statefulsets", "StatefulSet", ["sts"], WorkloadColumns.StatefulSets) with { Scale = Replicas },
        Workload("apps", "daemonsets", "DaemonSet", ["ds"], WorkloadColumns.DaemonSets),
        Simple("apps", "v1", "controllerrevisions", "ControllerRevision", true, [],
            [Columns.Name, Columns.Text("Controller", WorkloadColumns.Controller), Columns.Number("Revision", "revision"), Columns.Age]),
        Workload("batch", "jobs", "Job", [], WorkloadColumns.Jobs)
            with { SelectableFields = Numbers(("status.successful", ["status", "succeeded"])) },
        Workload("batch", "cronjobs", "CronJob", ["cj"], WorkloadColumns.CronJobs),
        Simple("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, ["pdb"], WorkloadColumns.DisruptionBudgets)
            with { HasStatus = true, Strategy = new DisruptionBudgetStrategy() },
    ];

    private static ResourceInfo[] Access() =>
    [
        Simple("rbac.authorization.k8s.io", "v1", "roles", "Role", true, [], [Columns.Name, Columns.CreatedAt]) with { Strategy = new RoleStrategy() },
        Simple("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false, [], [Columns.Name, Columns.CreatedAt]) with { Strategy = new RoleStrategy() },
        Simple("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true, [], RoleStrategy.BindingColumns) with { Strategy = new RoleStrategy() },
        Simple("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false, [], RoleStrategy.BindingColumns) with { Strategy = new RoleStrategy() },
    ];

    private static ResourceInfo[] Others() =>
    [
        Simple("coordination.k8s.io", "v1", "leases", "Lease", true, [],
            [Columns.Name, Columns.Text("Holder", static o => Columns.OrNone(o.Text("spec", "holderIdentity"))), Columns.Age])
            with { Strategy = new LeaseStrategy() },
        Simple("storage.k8s.io", "v1", "csinodes", "CSINode", false, [],
            [Columns.Name, new("Drivers", "integer", 0, "Drivers", static (o, _) => o.Items("spec", "drivers").Count()), Columns.Age]),
        Simple("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", false, [], VolumeColumns.Attachments) with { HasStatus = true },
        Simple("storage.k8s.io", "v1", "storageclasses", "StorageClass", false, ["sc"], VolumeColumns.Classes),
        Simple("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false, ["pc"],
        [
            Columns.Name, Columns.Number("Value", "value"),
            new("Global-Default", "boolean", 0, "Global-Default", static (o, _) => o.Flag("globalDefault") ?? false),
            Columns.Age, Columns.Text("PreemptionPolicy", static o => o.Text("preemptionPolicy") ?? "PreemptLowerPriority"),
        ]),
        NotEnforced("validatingadmissionpolicies", "ValidatingAdmissionPolicy"),
        NotEnforced("validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding"),
    ];

    private static readonly ScalePaths Replicas = new("spec.replicas", "status.replicas", "spec.selector");

    private static ResourceInfo Simple(
        string group, string version, string plural, string kind, bool namespaced, string[] shortNames, IReadOnlyList<PrinterColumn> columns) => new()
        {
            Group = group,
            Version = version,
            Plural = plural,
            Singular = kind.ToLowerInvariant(),
            Kind = kind,
            Namespaced = namespaced,
            ShortNames = shortNames,
            Columns = columns,
            Strategy = PlainStrategy.Instance,
        };

    private static ResourceInfo Workload(
        string group, string plural, string kind, string[] shortNames, IReadOnlyList<PrinterColumn> columns) =>
        Simple(group, "v1", plural, kind, true, shortNames, columns)
            with
        { Categories = ["all"], HasStatus = true, Strategy = new WorkloadStrategy() };

    private static ResourceInfo NotEnforced(string plural, string kind) =>
        Simple("admissionregistration.k8s.io", "v1", plural, kind, false, [], [Columns.Name, Columns.Age])
            with
        { Strategy = new NotEnforcedStrategy(), HasStatus = kind == "ValidatingAdmissionPolicy" };

    private static int Count(JsonObject value, string map) => value.Child(map)?.Count ?? 0;

    internal static Dictionary<string, Func<JsonObject, string>> Fields(params (string Name, string[] Path)[] fields) =>
        fields.ToDictionary(f => f.Name, f => (Func<JsonObject, string>)(o => o.Text(f.Path) ?? ""), StringComparer.Ordinal);

    private static Dictionary<string, Func<JsonObject, string>> Flags(params (string Name, string[] Path)[] fields) =>
        fields.ToDictionary(f => f.Name, f => (Func<JsonObject, string>)(o => o.Flag(f.Path) == true ? "true" : "false"), StringComparer.Ordinal);

    private static Dictionary<string, Func<JsonObject, string>> Numbers(params (string Name, string[] Path)[] fields) =>
        fields.ToDictionary(
            f => f.Name,
            f => (Func<JsonObject, string>)(o => (o.Number(f.Path) ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture)),
            StringComparer.Ordinal);
}
