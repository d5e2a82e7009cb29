using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>
/// Cluster API 1.11 and later (v1beta2): one MachineDeployment with one MachineSet for each pool, and a MachineHealthCheck that
/// remediates those that are annotated.
/// </summary>
internal sealed class ClusterApi : MachineProvider
{
    public const string Cluster = "sandbox";
    public const string ClusterLabel = "cluster.x-k8s.io/cluster-name";
    public const string SetLabel = "cluster.x-k8s.io/set-name";
    private const string DeploymentLabel = "cluster.x-k8s.io/deployment-name";

    private readonly MachineSets _sets;
    private readonly CapiMachines _machines;

    public ClusterApi(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
        : base(writes, fleet, agenda)
    {
        _sets = new MachineSets(writes, fleet);
        _machines = new CapiMachines(writes, fleet, agenda);
    }

    public override void Begin(PoolSpec pool, IEnumerable<TimeSpan> ages)
    {
        if (Writes.Get(MachineResources.Clusters, Cluster) is null)
        {
            Writes.Create(MachineResources.Clusters, new JsonObject { ["metadata"] = Metadata(Cluster, pool.Name), ["spec"] = new JsonObject() });
        }

        JsonObject deployment = Writes.Create(MachineResources.Deployments, Deployment(pool))!;
        JsonObject set = Writes.Create(MachineResources.Sets, Set(pool, deployment))!;
        Writes.Create(MachineResources.HealthChecks, HealthCheck(pool));
        foreach (TimeSpan age in ages)
        {
            JsonObject made = Writes.Plant(MachineResources.Machines, MachineSets.NewMachine(set), Agenda.Now - age)!;
            Machine machine = Fleet.Launch(pool, made.Name(), age);
            Writes.Edit(MachineResources.Machines, made.Name(), item => CapiMachines.Describe(item, machine, Agenda.Now));
        }
    }

    // The deployment says how many; what waits for the end of a fault is looked at again.
    public override void Keep(PoolSpec pool)
    {
        foreach (JsonObject machine in Writes.All(MachineResources.Machines).Where(item => item.IsDeleting() && PoolOf(item) == pool.Name))
        {
            Agenda.Soon(Matter.Of(MachineResources.Machines, machine.Name()));
        }
    }

    public override TimeSpan? Reconcile(Matter matter)
    {
        string name = matter.Key[(matter.Key.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (matter.Resource == MachineResources.Deployments.StorageKey)
        {
            _sets.ReconcileDeployment(name);
        }
        else if (matter.Resource == MachineResources.Sets.StorageKey)
        {
            _sets.ReconcileSet(name, Agenda.Now);
        }
        else if (matter.Resource == MachineResources.Machines.StorageKey && Writes.Get(MachineResources.Machines, name) is { } machine)
        {
            if (machine.IsDeleting())
            {
                machine = KeepFaults(MachineResources.Machines, machine, Fleet.Machines.ByClaim(PoolOf(machine), name));
            }

            return _machines.Reconcile(machine, FaultsOf(machine));
        }

        return null;
    }

    public override void Dress(Machine machine, JsonObject node)
    {
        JsonObject annotations = node.Ensure("metadata", "annotations");
        annotations["cluster.x-k8s.io/machine"] = machine.Claim;
        annotations["cluster.x-k8s.io/cluster-name"] = Cluster;
        annotations["cluster.x-k8s.io/cluster-namespace"] = MachineResources.ClusterNamespace;
        annotations["cluster.x-k8s.io/owner-kind"] = "MachineSet";
        annotations["cluster.x-k8s.io/owner-name"] =
            Writes.Get(MachineResources.Machines, machine.Claim) is { } owned ? owned.Controller().Text("name") : "";
    }

    public override void Changed(Machine machine) => Agenda.Soon(Matter.Of(MachineResources.Machines, machine.Claim));

    // The Machine stays as it is, and so does its instance: no kubelet registers twice by itself.
    public override void NodeGone(Machine machine) => Changed(machine);

    private static JsonObject Metadata(string name, string pool) => new()
    {
        ["name"] = name,
        ["namespace"] = MachineResources.ClusterNamespace,
        ["labels"] = new JsonObject { [ClusterLabel] = Cluster, [SandboxAnnotations.Pool] = pool },
    };

    private static JsonObject Labels(PoolSpec pool) => new() { [ClusterLabel] = Cluster, [DeploymentLabel] = pool.Name };

    private static JsonObject Deployment(PoolSpec pool) => new()
    {
        ["metadata"] = Metadata(pool.Name, pool.Name),
        ["spec"] = new JsonObject
        {
            ["clusterName"] = Cluster,
            ["replicas"] = pool.Count,
            ["rollout"] = new JsonObject { ["strategy"] = new JsonObject { ["type"] = "OnDelete" } },
            ["selector"] = new JsonObject { ["matchLabels"] = Labels(pool) },
            ["template"] = Template(pool),
        },
    };

    private static JsonObject Set(PoolSpec pool, JsonObject deployment)
    {
        JsonObject metadata = Metadata(pool.Name + "-x7k2p", pool.Name);
        metadata["ownerReferences"] = new JsonArray(OwnedBy(MachineResources.Deployments, deployment));
        return new JsonObject
        {
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["clusterName"] = Cluster,
                ["replicas"] = pool.Count,
                ["selector"] = new JsonObject { ["matchLabels"] = Labels(pool) },
                ["template"] = Template(pool),
            },
        };
    }

    private static JsonObject Template(PoolSpec pool)
    {
        JsonObject labels = Labels(pool);
        labels[SandboxAnnotations.Pool] = pool.Name;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = labels },
            ["spec"] = new JsonObject
            {
                ["clusterName"] = Cluster,
                ["bootstrap"] = new JsonObject { ["dataSecretName"] = pool.Name },
                ["infrastructureRef"] = new JsonObject
                {
                    ["apiGroup"] = "infrastructure.sandbox.nodeguard.io",
                    ["kind"] = "SandboxMachineTemplate",
                    ["name"] = pool.Name,
                },
            },
        };
    }

    private static JsonObject HealthCheck(PoolSpec pool) => new()
    {
        ["metadata"] = Metadata(pool.Name, pool.Name),
        ["spec"] = new JsonObject
        {
            ["clusterName"] = Cluster,
            ["selector"] = new JsonObject { ["matchLabels"] = Labels(pool) },
            ["remediation"] = new JsonObject { ["triggerIf"] = new JsonObject { ["unhealthyLessThanOrEqualTo"] = "100%" } },
        },
    };
}
