namespace NodeGuard.Sandbox.Store;

public enum StoreEventType
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One committed write.</summary>
/// <param name="Object">The new version; for a deletion the last one, with the deletion's revision.</param>
/// <param name="Previous">What was there before; null for a creation.</param>
public sealed record StoreEvent(StoreEventType Type, string Resource, StoredObject Object, StoredObject? Previous)
{
    public long Revision => Object.Revision;
}
