using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>
/// Crossplane-like: a composite (InstanceGroup) keeps its managed resources (Instance), each of which is one machine of the cloud.
/// </summary>
internal sealed class ManagedInstances(ObjectWrites writes, MachineFleet fleet, Agenda agenda) : MachineProvider(writes, fleet, agenda)
{
    public const string Finalizer = "finalizer.managedresource.crossplane.io";
    public const string ExternalName = "crossplane.io/external-name";

    public override void Begin(PoolSpec pool, IEnumerable<TimeSpan> ages)
    {
        JsonObject group = Writes.Create(MachineResources.InstanceGroups, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = pool.Name, ["labels"] = new JsonObject { [SandboxAnnotations.Pool] = pool.Name } },
            ["spec"] = new JsonObject { ["count"] = pool.Count },
        })!;
        foreach (TimeSpan age in ages)
        {
            JsonObject made = Writes.Plant(MachineResources.Instances, NewInstance(group), Agenda.Now - age)!;
            Machine machine = Fleet.Launch(pool, made.Name(), age);
            Writes.Edit(MachineResources.Instances, made.Name(), item => Describe(item, machine));
        }
    }

    public override void Keep(PoolSpec pool)
    {
        foreach (JsonObject instance in InstancesOf(pool.Name).Where(instance => instance.IsDeleting()))
        {
            Agenda.Soon(Matter.Of(MachineResources.Instances, instance.Name()));
        }
    }

    public override TimeSpan? Reconcile(Matter matter)
    {
        if (matter.Resource == MachineResources.InstanceGroups.StorageKey && Writes.Get(MachineResources.InstanceGroups, matter.Key) is { } group)
        {
            KeepCount(group);
        }
        else if (matter.Resource == MachineResources.Instances.StorageKey && Writes.Get(MachineResources.Instances, matter.Key) is { } instance)
        {
            if (instance.IsDeleting())
            {
                End(instance);
            }
            else
            {
                Run(instance);
            }
        }

        return null;
    }

    public override void Changed(Machine machine) => Agenda.Soon(Matter.Of(MachineResources.Instances, machine.Claim));

    // The resource and its machine stay: no kubelet registers twice by itself.
    public override void NodeGone(Machine machine) => Changed(machine);

    private IEnumerable<JsonObject> InstancesOf(string pool) => Writes.All(MachineResources.Instances).Where(item => PoolOf(item) == pool);

    // A resource that is being deleted is still the composed one; the composition makes another when it is gone.
    private void KeepCount(JsonObject group)
    {
        if (group.IsDeleting())
        {
            return;
        }

        JsonObject[] instances = [.. InstancesOf(group.Name())];
        int wanted = group.Number("spec", "count") ?? 0;
        for (int i = instances.Length; i < wanted; i++)
        {
            Writes.Create(MachineResources.Instances, NewInstance(group));
        }

        foreach (JsonObject instance in instances.OrderBy(item => !item.IsDeleting()).Take(instances.Length - wanted).Where(item => !item.IsDeleting()))
        {
            Writes.Delete(MachineResources.Instances, instance);
        }
    }

    private void Run(JsonObject instance)
    {
        string pool = PoolOf(instance);
        Machine? machine = Fleet.Machines.ByClaim(pool, instance.Name());
        if (machine is null && instance.Text("status", "atProvider", "nodeName").Length == 0 && Fleet.Pool(pool) is { } spec)
        {
            machine = Fleet.Launch(spec, instance.Name());
        }

        if (machine is not null)
        {
            Machine known = machine;
            Writes.Edit(MachineResources.Instances, instance.Name(), item => Describe(item, known));
        }
    }

    private void End(JsonObject instance)
    {
        Machine? machine = Fleet.Machines.ByClaim(PoolOf(instance), instance.Name());
        instance = KeepFaults(MachineResources.Instances, instance, machine);
        if (machine is not null)
        {
            Fleet.Terminate(machine);
            Writes.Edit(MachineResources.Instances, instance.Name(), item =>
            {
                Describe(item, machine);
                item.Ensure("status").SetCondition("Ready", "False", "Deleting", "", Agenda.Now);
            });
            return;
        }

        if (FaultsOf(instance).Has(MachineFaults.StuckFinalizer))
        {
            Writes.Edit(MachineResources.Instances, instance.Name(), item => item.Ensure("status").SetCondition(
                "Synced", "False", "ReconcileError", "cannot delete the external resource (simulated fault stuck-finalizer)", Agenda.Now));
            return;
        }

        Writes.RemoveFinalizer(MachineResources.Instances, instance.Name(), Finalizer);
    }

    private static JsonObject NewInstance(JsonObject group) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["generateName"] = group.Name() + "-",
            ["labels"] = new JsonObject { ["crossplane.io/composite"] = group.Name(), [SandboxAnnotations.Pool] = PoolOf(group) },
            ["finalizers"] = new JsonArray(Finalizer),
            ["ownerReferences"] = new JsonArray(OwnedBy(MachineResources.InstanceGroups, group)),
        },
        ["spec"] = new JsonObject
        {
            ["deletionPolicy"] = "Delete",
            ["managementPolicies"] = new JsonArray("*"),
            ["forProvider"] = new JsonObject { ["pool"] = PoolOf(group) },
        },
    };

    private void Describe(JsonObject item, Machine machine)
    {
        bool runs = machine.NodeUid.Length > 0;
        item.Ensure("metadata", "annotations")[ExternalName] = machine.Id;
        item.Ensure("spec", "forProvider")["availabilityZone"] = machine.Zone;
        JsonObject status = item.Ensure("status");
        status["providerID"] = machine.ProviderId;
        JsonObject seen = status.Ensure("atProvider");
        seen["id"] = machine.Id;
        seen["image"] = machine.Image;
        seen["instanceState"] = machine.State == MachineState.Stopping ? "shutting-down" : runs ? "running" : "pending";
        if (runs)
        {
            seen["nodeName"] = machine.NodeName;
        }

        status.SetCondition("Synced", "True", "ReconcileSuccess", "", Agenda.Now);
        status.SetCondition("Ready", runs ? "True" : "False", runs ? "Available" : "Creating", "", Agenda.Now);
    }
}
