namespace NodeGuard.Kubernetes.Caching;

/// <summary>The newest complete state, for any number of readers and waiters; written by the cache's loop.</summary>
internal sealed class PublishedState<TKept>
    where TKept : class
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiters = [];
    private CacheSnapshot<TKept>? _current;

    public CacheSnapshot<TKept>? Current => Volatile.Read(ref _current);

    public void Publish(CacheSnapshot<TKept> snapshot)
    {
        lock (_gate)
        {
            _current = snapshot;
            // Their continuations run elsewhere: none runs under the lock.
            _waiters.RemoveAll(waiter => waiter.Enough(snapshot) && waiter.Over.TrySetResult(snapshot));
        }
    }

    public async Task<CacheSnapshot<TKept>> WaitAsync(Func<CacheSnapshot<TKept>, bool> enough, CancellationToken cancellation)
    {
        var waiter = new Waiter(enough, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            if (_current is { } snapshot && enough(snapshot))
                return snapshot;
            _waiters.Add(waiter);
        }

        await using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            lock (_gate)
                _waiters.Remove(waiter);
            waiter.Over.TrySetCanceled(cancellation);
        });
        return await waiter.Over.Task;
    }

    private sealed record Waiter(Func<CacheSnapshot<TKept>, bool> Enough, TaskCompletionSource<CacheSnapshot<TKept>> Over);
}
