namespace NodeGuard.Kubernetes.Caching;

/// <summary>The newest complete state, for any number of readers and waiters; written by the cache's loop.</summary>
internal sealed class PublishedState<TKept>
    where TKept : class
{
    private readonly Lock _gate = new();
    private CacheSnapshot<TKept>? _current;
    private TaskCompletionSource? _next;

    public CacheSnapshot<TKept>? Current => Volatile.Read(ref _current);

    public void Publish(CacheSnapshot<TKept> snapshot)
    {
        TaskCompletionSource? wake;
        lock (_gate)
        {
            _current = snapshot;
            wake = _next;
            _next = null;
        }

        wake?.TrySetResult();
    }

    public async Task<CacheSnapshot<TKept>> WaitAsync(Func<CacheSnapshot<TKept>, bool> enough, CancellationToken cancellation)
    {
        while (true)
        {
            Task next;
            lock (_gate)
            {
                if (_current is { } snapshot && enough(snapshot))
                    return snapshot;
                _next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                next = _next.Task;
            }

            await next.WaitAsync(cancellation);
        }
    }
}
