namespace NodeGuard.Sandbox.Simulation;

/// <summary>Runs a simulation's due work on a task of its own: after each wake-up, and when the clock says that more is due.</summary>
internal sealed class SimulationLoop : IAsyncDisposable
{
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _alarm;
    private readonly Func<TimeSpan?> _runDue;
    private Task _loop = Task.CompletedTask;

    /// <param name="clock">The cluster's.</param>
    /// <param name="runDue">Does what is due, and says how long until there is more; null when there is nothing.</param>
    public SimulationLoop(TimeProvider clock, Func<TimeSpan?> runDue)
    {
        _runDue = runDue;
        _alarm = clock.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start() => _loop = Task.Run(() => LoopAsync(_stop.Token));

    public void Wake()
    {
        // One waiting signal is enough; a second one at the same moment finds the semaphore full.
        if (_wake.CurrentCount == 0)
        {
            try
            {
                _wake.Release();
            }
            catch (SemaphoreFullException)
            {
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await _alarm.DisposeAsync();
        _stop.Dispose();
        _wake.Dispose();
    }

    private async Task LoopAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            if (_runDue() is { } pause)
            {
                _alarm.Change(pause, Timeout.InfiniteTimeSpan);
            }

            await _wake.WaitAsync(cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
