namespace NodeGuard.Kubernetes.Election;

/// <summary>A loop's pause that anybody can end. A call to <see cref="Wake"/> while the loop is at work ends its next pause.</summary>
internal sealed class Sleeper(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _asleep;
    private bool _woken;

    public void Wake()
    {
        TaskCompletionSource? asleep;
        lock (_gate)
        {
            asleep = _asleep;
            _asleep = null;
            _woken = asleep is null;
        }

        asleep?.TrySetResult();
    }

    /// <summary>Ends early, and without an exception, when stopped.</summary>
    public async Task SleepAsync(TimeSpan time, CancellationToken stop)
    {
        var asleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_woken)
            {
                _woken = false;
                return;
            }

            _asleep = asleep;
        }

        await using ITimer timer = clock.CreateTimer(_ => asleep.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await using CancellationTokenRegistration registration = stop.Register(() => asleep.TrySetResult());
        await asleep.Task;
        lock (_gate)
            _asleep = null;
    }
}
