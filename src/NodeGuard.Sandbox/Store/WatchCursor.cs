namespace NodeGuard.Sandbox.Store;

/// <summary>A reader's place in the writes of one resource.</summary>
public sealed class WatchCursor
{
    private readonly ObjectStore _store;
    private readonly EventLog _log;
    private long _place;

    internal WatchCursor(ObjectStore store, EventLog log, long place)
    {
        _store = store;
        _log = log;
        _place = place;
    }

    /// <summary>How many events were read into the span; 0 when there are none, -1 when this reader was too slow.</summary>
    public int Read(Span<StoreEvent> into)
    {
        int count = _log.Read(_place, into);
        _place += Math.Max(count, 0);
        return count;
    }

    /// <summary>The revision up to which everything was read; null while there is more to read.</summary>
    public long? Settled()
    {
        long revision = _store.Revision;
        return _log.Next == _place ? revision : null;
    }

    /// <summary>Done when there is something to read: of one namespace, or now and then of others, where one is named.</summary>
    public Task Changed(string @namespace = "") => _log.Changed(_place, @namespace);
}
