using NodeGuard.Core.Routing;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Tells once that the ledger has left the version that was seen, and then not before it is armed again: however fast
/// the ledger changes, the guard's thread pays for one call in each turn of whoever waits.
/// </summary>
/// <param name="ledger">Of which only the version is read, from any thread.</param>
/// <param name="changed">Must not block: it is called on the guard's thread, or by who arms.</param>
internal sealed class LedgerWatch(Ledger ledger, Action changed)
{
    private long _seen;
    private int _armed;

    /// <summary>Tells at once when the ledger is already another one.</summary>
    public void Arm(long seen)
    {
        Volatile.Write(ref _seen, seen);
        Interlocked.Exchange(ref _armed, 1);
        Look();
    }

    /// <summary>Called on the guard's thread before it rests. Allocates nothing.</summary>
    public void Look()
    {
        // Whoever arms writes and then reads the version; here the version was written, and then this is read: one of the two sees it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _armed) == 1 && ledger.Version != Volatile.Read(ref _seen) && Interlocked.Exchange(ref _armed, 0) == 1)
        {
            changed();
        }
    }
}
