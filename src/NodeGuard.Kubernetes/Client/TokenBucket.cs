namespace NodeGuard.Kubernetes.Client;

/// <summary>
/// At most <c>burst</c> calls at once and <c>perSecond</c> after that, in the order in which they asked. 0 per second:
/// no limit.
/// </summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _last = time.GetTimestamp();

    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        var wait = Take();
        if (wait <= TimeSpan.Zero)
            return;
        try
        {
            await Task.Delay(wait, time, cancellation);
        }
        catch (OperationCanceledException)
        {
            GiveBack();
            throw;
        }
    }

    /// <summary>Takes a token that may still have to come; how long until it is there.</summary>
    internal TimeSpan Take()
    {
        if (perSecond <= 0)
            return TimeSpan.Zero;
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + (time.GetElapsedTime(_last, now).TotalSeconds * perSecond));
            _last = now;
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }

    private void GiveBack()
    {
        lock (_lock)
            _tokens = Math.Min(burst, _tokens + 1);
    }
}
