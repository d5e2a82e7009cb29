namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>A cloud's group that keeps its number of machines, and knows Kubernetes only by the Nodes that are deleted.</summary>
internal class PlainGroups(ObjectWrites writes, MachineFleet fleet, Agenda agenda) : MachineProvider(writes, fleet, agenda)
{
    public override void Keep(PoolSpec pool)
    {
        int wanted = pool.Count + Surge(pool);
        for (int active = Fleet.Machines.Active(pool.Name); active < wanted; active++)
        {
            Fleet.Launch(pool);
        }

        int surplus = Fleet.Machines.Active(pool.Name) - wanted;
        if (surplus > 0)
        {
            foreach (Machine machine in Fleet.Machines.OfPool(pool.Name).Where(machine => machine.IsActive)
                .OrderBy(machine => machine.Id, StringComparer.Ordinal).Take(surplus).ToArray())
            {
                Fleet.Terminate(machine);
            }
        }
    }

    /// <summary>How many machines are there beyond the pool's number, for those that are to end.</summary>
    protected virtual int Surge(PoolSpec pool) => 0;
}

/// <summary>Machines that nobody replaces.</summary>
internal sealed class UnmanagedMachines(ObjectWrites writes, MachineFleet fleet, Agenda agenda) : MachineProvider(writes, fleet, agenda);
