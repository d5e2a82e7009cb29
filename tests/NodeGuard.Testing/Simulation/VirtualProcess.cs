namespace NodeGuard.Testing.Simulation;

/// <summary>
/// The thread and the clocks of one simulated process. A stopped process runs nothing while the world goes on, as under
/// SIGSTOP; a killed one never runs again.
/// </summary>
internal sealed class VirtualProcess(VirtualWorld world) : SynchronizationContext
{
    private readonly Queue<Action> _held = new();

    public bool Stopped { get; private set; }

    public bool Killed { get; private set; }

    /// <summary>How far this process's wall clock is off.</summary>
    public TimeSpan WallClockOffset { get; set; }

    public VirtualClock Clock => new(world, this);

    /// <summary>The task of <paramref name="program"/>; its failure is thrown out of the world's run.</summary>
    public void Start(Func<Task> program) => Post(_ => Watch(program()), null);

    public override void Post(SendOrPostCallback d, object? state) => Run(() => d(state));

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    public void Run(Action step)
    {
        if (Killed)
            return;
        if (Stopped)
            _held.Enqueue(step);
        else
            world.Enqueue(() => RunNow(step));
    }

    public void Stop() => Stopped = true;

    public void Continue()
    {
        Stopped = false;
        while (_held.TryDequeue(out Action? step))
        {
            Action held = step;
            world.Enqueue(() => RunNow(held));
        }
    }

    public void Kill()
    {
        Killed = true;
        _held.Clear();
    }

    private static async void Watch(Task program)
    {
        try
        {
            await program;
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
    }

    private void RunNow(Action step)
    {
        if (Killed)
            return;
        if (Stopped)
        {
            _held.Enqueue(step);
            return;
        }

        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            step();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
