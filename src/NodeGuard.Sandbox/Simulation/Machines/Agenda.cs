namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>What is to be looked at: an object by its storage key and key, or a machine by its id.</summary>
internal readonly record struct Matter(string Resource, string Key)
{
    public static Matter Of(Machine machine) => new("", machine.Id);

    public static Matter Of(MachineResource resource, string name) => new(resource.StorageKey, resource.KeyOf(name));
}

/// <summary>The providers' work queue under the cluster's clock.</summary>
internal sealed class Agenda(TimeProvider clock)
{
    private readonly WorkQueue<Matter> _queue = new();

    public DateTimeOffset Now => clock.GetUtcNow();

    public void Soon(Matter matter) => _queue.Add(matter);

    public void After(Matter matter, TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
        {
            _queue.Add(matter);
            return;
        }

        _queue.AddAt(matter, clock.GetTimestamp() + pause.Ticks);
    }

    public bool TryTake(out Matter matter) => _queue.TryTake(clock.GetTimestamp(), out matter);

    public TimeSpan? NextDue() => _queue.NextDue() is { } due ? TimeSpan.FromTicks(Math.Max(0, due - clock.GetTimestamp())) : null;
}
