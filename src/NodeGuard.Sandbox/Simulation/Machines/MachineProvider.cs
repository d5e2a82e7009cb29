using System.Text.Json.Nodes;

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

    /// <summary>Somebody has deleted the Node of a machine that runs.</summary>
    public virtual void NodeGone(Machine machine) => fleet.Terminate(machine);
}
