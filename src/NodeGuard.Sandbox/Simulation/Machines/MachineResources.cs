using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>One kind of object that providers read or write.</summary>
internal sealed record MachineResource(string Group, string Version, string Plural, string Kind, string Namespace = "")
{
    public string StorageKey => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string KeyOf(string name) => Namespace.Length == 0 ? name : $"{Namespace}/{name}";

    /// <summary>Null while it is not served.</summary>
    public ResourceInfo? In(Cluster cluster) => cluster.Resources.Find(Group, Version, Plural);
}

internal static class MachineResources
{
    /// <summary>Where the simulated Cluster API keeps its objects.</summary>
    public const string ClusterNamespace = "default";

    private const string Capi = "cluster.x-k8s.io";
    private const string Examples = "example.nodeguard.io";

    public static readonly MachineResource Nodes = new("", "v1", "nodes", "Node");
    public static readonly MachineResource GuardedNodes = new("nodeguard.io", "v1alpha1", "guardednodes", "GuardedNode");
    public static readonly MachineResource Pools = new("sandbox.nodeguard.io", "v1alpha1", "sandboxpools", "SandboxPool");
    public static readonly MachineResource Clusters = new(Capi, "v1beta2", "clusters", "Cluster", ClusterNamespace);
    public static readonly MachineResource Deployments = new(Capi, "v1beta2", "machinedeployments", "MachineDeployment", ClusterNamespace);
    public static readonly MachineResource Sets = new(Capi, "v1beta2", "machinesets", "MachineSet", ClusterNamespace);
    public static readonly MachineResource Machines = new(Capi, "v1beta2", "machines", "Machine", ClusterNamespace);
    public static readonly MachineResource HealthChecks = new(Capi, "v1beta2", "machinehealthchecks", "MachineHealthCheck", ClusterNamespace);
    public static readonly MachineResource NodePools = new("karpenter.sh", "v1", "nodepools", "NodePool");
    public static readonly MachineResource NodeClaims = new("karpenter.sh", "v1", "nodeclaims", "NodeClaim");
    public static readonly MachineResource InstanceGroups = new(Examples, "v1", "instancegroups", "InstanceGroup");
    public static readonly MachineResource Instances = new(Examples, "v1", "instances", "Instance");

    public static readonly IReadOnlyList<MachineResource> All =
        [Nodes, GuardedNodes, Pools, Deployments, Sets, Machines, HealthChecks, NodePools, NodeClaims, InstanceGroups, Instances];
}
