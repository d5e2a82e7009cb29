namespace NodeGuard.Sandbox.Http;

/// <summary>Wakes one watch: for events, for a bookmark, for its end.</summary>
/// <remarks>
/// One task is awaited, and never together with another one: so a watch stays in the context where it runs, and a test may
/// give it a clock and a thread of its own.
/// </remarks>
internal sealed class WatchBell
{
    private TaskCompletionSource _rung = new();
    private int _bookmark;

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    public void RingForBookmark()
    {
        Volatile.Write(ref _bookmark, 1);
        Ring();
    }

    /// <summary>Whether a bookmark is due; asked once.</summary>
    public bool TakeBookmark() => Interlocked.Exchange(ref _bookmark, 0) == 1;

    /// <summary>Ends with the next ring, or when something has changed.</summary>
    /// <exception cref="OperationCanceledException">The watch is over.</exception>
    public async Task WaitAsync(Task changed, CancellationToken cancellation)
    {
        var rung = new TaskCompletionSource();
        Volatile.Write(ref _rung, rung);
        // What rang the bell before this one is looked at now.
        cancellation.ThrowIfCancellationRequested();
        if (Volatile.Read(ref _bookmark) == 1)
            return;
        _ = RingAfterAsync(changed, rung);
        await rung.Task;
        cancellation.ThrowIfCancellationRequested();
    }

    private static async Task RingAfterAsync(Task changed, TaskCompletionSource rung)
    {
        await changed;
        rung.TrySetResult();
    }
}
