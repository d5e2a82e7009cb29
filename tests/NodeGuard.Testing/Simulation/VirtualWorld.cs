namespace NodeGuard.Testing.Simulation;

/// <summary>
/// Runs asynchronous code of several simulated processes on one thread and one virtual clock: what is ready runs in order,
/// and when nothing is ready the clock goes to the next thing that is due. The same program gives the same run.
/// </summary>
internal sealed class VirtualWorld
{
    private readonly PriorityQueue<Due, (long Ticks, long Order)> _due = new();
    private readonly Queue<Action> _ready = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private volatile bool _over;

    /// <summary>Since the world began; it goes on whether or not a process is stopped.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromDays(1);

    /// <summary>Runs after every step of any process: the place for what must always hold.</summary>
    public Action AfterEachStep { get; set; } = static () => { };

    /// <exception cref="InvalidOperationException">Something has left its process's thread, and the run could not be repeated.</exception>
    public void Enqueue(Action step)
    {
        if (_over)
            return;
        if (Environment.CurrentManagedThreadId != _thread)
            throw new InvalidOperationException("code of a virtual process runs on another thread");
        _ready.Enqueue(step);
    }

    public Due At(TimeSpan when, Action action)
    {
        var due = new Due(action);
        _due.Enqueue(due, (Math.Max(when.Ticks, Now.Ticks), _order++));
        return due;
    }

    public Due After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Nothing runs any more: what some real timer still holds is let go.</summary>
    public void End() => _over = true;

    public void RunFor(TimeSpan time) => RunUntil(Now + time, static () => false);

    /// <summary>False when <paramref name="until"/> came before the condition.</summary>
    public bool RunUntil(TimeSpan until, Func<bool> condition)
    {
        while (true)
        {
            while (_ready.TryDequeue(out Action? step))
            {
                step();
                AfterEachStep();
            }

            if (condition())
                return true;
            if (!_due.TryPeek(out Due? next, out var when) || when.Ticks > until.Ticks)
            {
                Now = until;
                return false;
            }

            _due.Dequeue();
            if (next.Cancelled)
                continue;
            Now = TimeSpan.FromTicks(when.Ticks);
            next.Action();
            AfterEachStep();
        }
    }

    /// <summary>Something that happens at a time, unless it is cancelled before.</summary>
    internal sealed class Due(Action action)
    {
        public Action Action { get; } = action;

        public bool Cancelled { get; set; }
    }
}
