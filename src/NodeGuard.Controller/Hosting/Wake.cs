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
        Task rung;
        lock (_gate)
            rung = _rung.Task;
        try
        {
            await rung.WaitAsync(longest, time, cancellation);
        }
        catch (TimeoutException)
        {
            // Nothing happened: it is time to look all the same.
        }

        lock (_gate)
        {
            if (_rung.Task.IsCompleted)
                _rung = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
