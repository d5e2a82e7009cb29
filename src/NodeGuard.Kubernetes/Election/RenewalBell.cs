namespace NodeGuard.Kubernetes.Election;

/// <summary>Lets anybody ask the elector's loop for a renewal before it is due, and wait until one has been tried.</summary>
internal sealed class RenewalBell(Sleeper loop)
{
    private readonly Lock _gate = new();
    private List<TaskCompletionSource> _waiting = [];

    public bool HasRung
    {
        get
        {
            lock (_gate)
                return _waiting.Count > 0;
        }
    }

    /// <summary>Ends when a renewal that began after now was taken, refused or given up, or the term has ended.</summary>
    public async Task RingAsync(CancellationToken cancellation)
    {
        var tried = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellation.Register(() => tried.TrySetCanceled(cancellation));
        lock (_gate)
            _waiting.Add(tried);
        loop.Wake();
        await tried.Task;
    }

    /// <summary>To be called before a renewal, with <see cref="Answer"/> after it.</summary>
    public IReadOnlyList<TaskCompletionSource> Begin()
    {
        lock (_gate)
        {
            List<TaskCompletionSource> rung = _waiting;
            _waiting = [];
            return rung;
        }
    }

    public static void Answer(IReadOnlyList<TaskCompletionSource> rung)
    {
        foreach (TaskCompletionSource tried in rung)
            tried.TrySetResult();
    }
}
