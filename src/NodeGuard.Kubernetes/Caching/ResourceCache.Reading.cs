using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>What comes of each event, page and failure.</summary>
public sealed partial class ResourceCache<T, TKept>
{
    /// <summary>False when this stream is of no more use.</summary>
    private bool Take(WatchEvent<T> happened)
    {
        switch (happened)
        {
            case WatchEvent<T>.Failed failed:
                Failed(failed.Failure);
                return false;
            case WatchEvent<T>.Bookmark mark:
                _metrics.Received(_resource, "bookmark");
                return TakeBookmark(mark);
            case WatchEvent<T>.Added added:
                _metrics.Received(_resource, "added");
                return TakeObject(added.Value, deleted: false);
            case WatchEvent<T>.Modified modified:
                _metrics.Received(_resource, "modified");
                return TakeObject(modified.Value, deleted: false);
            case WatchEvent<T>.Deleted deleted:
                _metrics.Received(_resource, "deleted");
                return TakeObject(deleted.Value, deleted: true);
            default:
                return true;
        }
    }

    private bool TakeBookmark(WatchEvent<T>.Bookmark mark)
    {
        Touch();
        if (_state.Phase == SyncPhase.Streaming)
            return !mark.InitialEventsEnd || Decide(new SyncEvent.StateComplete(mark.ResourceVersion));
        if (!Decide(new SyncEvent.Progress(mark.ResourceVersion)))
            return false;
        if (mark.ResourceVersion != Current?.ResourceVersion)
            _published.Publish(_table.Snapshot(mark.ResourceVersion));
        return true;
    }

    private bool TakeObject(T item, bool deleted)
    {
        long began = _time.GetTimestamp();
        Touch();
        ObjectName name = NameOf(item);
        ulong number = ResourceVersions.Number(item.Metadata.ResourceVersion);
        if (_state.Phase == SyncPhase.Streaming)
        {
            if (deleted)
                _draft.Remove(name, number);
            else
                _draft.Put(name, Entry(item));
            return true;
        }

        if (!_table.IsNews(name, number, deleted))
        {
            _metrics.Repeated(_resource);
            return Decide(new SyncEvent.Progress(null));
        }

        CacheChange<TKept>? change = deleted ? _table.Remove(name) : _table.Put(name, Entry(item));
        string? version = item.Metadata.ResourceVersion;
        string reached = version is null || ResourceVersions.IsOlder(version, _state.Version) ? _state.Version! : version;
        Decide(new SyncEvent.Progress(reached));
        _published.Publish(_table.Snapshot(reached));
        _metrics.Applied(_resource, _time.GetElapsedTime(began));
        if (change is { } told)
            _options.Changed?.Invoke(told);
        return true;
    }

    private ObjectName NameOf(T item) => new(_pool.Share(item.Metadata.Namespace ?? ""), item.Metadata.Name ?? "");

    private CacheEntry<TKept> Entry(T item)
    {
        ulong version = ResourceVersions.Number(item.Metadata.ResourceVersion);
        // Under a history that was set back, equal versions are no equal objects.
        TKept? same = _state.OlderStates == 0 ? _table.Same(NameOf(item), version) : null;
        return new(same ?? _options.Transform(item, _pool), version);
    }

    private void Touch()
    {
        Volatile.Write(ref _progressed, _time.GetTimestamp());
        _lastFailure = null;
    }

    private void Failed(ApiFailure failure)
    {
        _metrics.Failed(_resource, failure.Kind);
        _lastFailure = failure.Message;
        Decide(new SyncEvent.Failed(failure.Kind, failure.RetryAfter));
        CallFailed(_log, _resource, failure.Kind, failure.Message, _state.Delay.TotalSeconds);
    }

    /// <summary>False when what was read has to be left.</summary>
    private bool Decide(SyncEvent happened)
    {
        SyncDecision decision = SyncMachine.Next(_state, happened, _roll());
        _state = decision.Next;
        if (decision.Relist is { } reason)
        {
            _metrics.Relisted(_resource, reason);
            ReadingAgain(_log, _resource, reason);
        }

        if (decision.Effect == SyncEffect.Restart)
            _draft.Clear();
        else if (decision.Effect == SyncEffect.Publish)
            PublishDraft();
        return decision.Effect != SyncEffect.Restart;
    }

    private void PublishDraft()
    {
        IReadOnlyList<CacheChange<TKept>> changes = _table.Replace(_draft.Take());
        _published.Publish(_table.Snapshot(_state.Version!));
        _metrics.Listed(_resource);
        foreach (CacheChange<TKept> change in changes)
            _options.Changed?.Invoke(change);
    }
}
