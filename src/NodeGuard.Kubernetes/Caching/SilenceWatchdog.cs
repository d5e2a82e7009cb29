namespace NodeGuard.Kubernetes.Caching;

/// <summary>Cuts a stream on which nothing came for too long. Touching it is cheap: a timer is set once a limit, not once an event.</summary>
internal sealed class SilenceWatchdog : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _cut;
    private readonly ITimer _timer;
    private long _touched;
    private volatile bool _fired;

    public SilenceWatchdog(TimeProvider time, TimeSpan limit, CancellationToken stop)
    {
        _time = time;
        _limit = limit;
        _cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _touched = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled by the silence, and by the token that was given.</summary>
    public CancellationToken Token => _cut.Token;

    public bool Fired => _fired;

    public void Touch() => Volatile.Write(ref _touched, _time.GetTimestamp());

    public void Dispose()
    {
        _timer.Dispose();
        _cut.Dispose();
    }

    private void Look()
    {
        TimeSpan left = _limit - _time.GetElapsedTime(Volatile.Read(ref _touched));
        try
        {
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            _fired = true;
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream ended while its silence was being looked at.
        }
    }
}
