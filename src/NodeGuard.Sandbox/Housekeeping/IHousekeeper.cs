using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>One of the duties that the API server's own controllers do behind the writes.</summary>
public interface IHousekeeper
{
    /// <summary>Takes note of a write. The store waits meanwhile: nothing is written here.</summary>
    void Observe(StoreEvent entry);

    /// <summary>Does one round of what the notes ask for; true when there may be more to do.</summary>
    bool Reconcile();
}
