namespace NodeGuard.Agent.Hosting;

/// <summary>Wakes one loop. Set any number of times before the loop looks, it wakes it once; setting never blocks.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        if (_set.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _set.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // The loop is awake already, or gone.
        }
    }

    /// <returns>True when it was set, false when the patience ended.</returns>
    public Task<bool> WaitAsync(TimeSpan patience, CancellationToken cancellation) => _set.WaitAsync(patience, cancellation);

    public void Dispose() => _set.Dispose();
}
