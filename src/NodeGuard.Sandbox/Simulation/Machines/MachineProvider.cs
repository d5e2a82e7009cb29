using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>What one kind of provider does with the machines of its pools; looks at the state each time, keeps none.</summary>
internal abstract class MachineProvider(ObjectWrites writes, MachineFleet fleet, Agenda agenda)
{
    protected ObjectWrites Writes => writes;

    protected MachineFleet Fleet => fleet;

    protected Agenda Agenda => agenda;

    /// <summary>Makes a new pool's objects and first machines, which run already.</summary>
    /// <param name="ages">How long each of the first nodes has been there.</param>
    public virtual void Begin(PoolSpec pool, IEnumerable<TimeSpan> ages)
    {
        foreach (TimeSpan age in ages)
        {
            fleet.Launch(pool, age: age);
        }
    }

    /// <summary>Keeps a pool's number of machines.</summary>
    public virtual void Keep(PoolSpec pool)
    {
    }

    /// <returns>When to look again without any change.</returns>
    public virtual TimeSpan? Reconcile(Matter matter) => null;

    /// <summary>Adds what the provider writes on a node that registers.</summary>
    public virtual void Dress(Machine machine, JsonObject node)
    {
    }

    /// <summary>The machine has entered another state.</summary>
    public virtual void Changed(Machine machine)
    {
    }

    /// <summary>Notes in an object that is being deleted what its node said about faults: the node goes first.</summary>
    /// <returns>The object with the note.</returns>
    protected JsonObject KeepFaults(MachineResource resource, JsonObject item, Machine? machine)
    {
        if (machine is null)
        {
            return item;
        }

        string own = Writes.Get(MachineResources.Nodes, machine.NodeName)?.Annotation(SandboxAnnotations.Faults) ?? "";
        if (own.Length > 0 && item.Annotation(SandboxAnnotations.Faults).Length == 0)
        {
            Writes.Edit(resource, item.Name(), kept => kept.Ensure("metadata", "annotations")[SandboxAnnotations.Faults] = own);
        }

        return Writes.Get(resource, item.Name()) ?? item;
    }

    /// <summary>What goes wrong with a provider's object: by its pool, or by its own annotation.</summary>
    protected MachineFaults FaultsOf(JsonObject item) => Fleet.FaultsOfPool(PoolOf(item))
        .With(MachineFaults.Parse(item.Annotation(SandboxAnnotations.Faults)));

    protected static string PoolOf(JsonObject item) => item.Text("metadata", "labels", SandboxAnnotations.Pool);

    protected static JsonObject OwnedBy(MachineResource owner, JsonObject item, bool blocks = true) => new()
    {
        ["apiVersion"] = owner.ApiVersion,
        ["kind"] = owner.Kind,
        ["name"] = item.Name(),
        ["uid"] = item.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = blocks,
    };

    /// <summary>Somebody has deleted the Node of a machine that runs.</summary>
    public virtual void NodeGone(Machine machine) => fleet.Terminate(machine);
}
