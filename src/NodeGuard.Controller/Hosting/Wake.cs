namespace NodeGuard.Controller.Hosting;

/// <summary>A bell that remembers one ring.</summary>
internal sealed class Wake
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _rung = New();

    public void Ring()
    {
        lock (_gate)
            _rung.TrySetResult();
    }

    /// <summary>Ends with the next ring, with one since the last wait, or after the time.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        TaskCompletionSource rung;
        lock (_gate)
            rung = _rung;
        // Awaited alone: together with another task it would leave the caller's context for the pool.
        await using (time.CreateTimer(static bell => ((TaskCompletionSource)bell!).TrySetResult(), rung, longest, Timeout.InfiniteTimeSpan))
        await using (cancellation.Register(() => rung.TrySetResult()))
            await rung.Task;
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_rung.Task.IsCompleted)
                _rung = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
