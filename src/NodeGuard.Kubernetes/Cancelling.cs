namespace NodeGuard.Kubernetes;

/// <summary>How work of ours is cancelled.</summary>
public static class Cancelling
{
    /// <summary>
    /// On the caller's own thread, which CancelAsync would leave for the pool: everything here stays where its
    /// SynchronizationContext puts it, so that a test can run it on a clock and a thread of its own.
    /// </summary>
    public static void CancelHere(this CancellationTokenSource source) => source.Cancel();
}
