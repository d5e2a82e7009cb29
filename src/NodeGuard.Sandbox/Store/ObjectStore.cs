using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Store;

public enum StoreOutcome
{
    Done,
    NotFound,
    AlreadyExists,

    /// <summary>The object is not at the revision that the writer has read.</summary>
    Conflict,
}

/// <summary>What came of a write: the new version (for a deletion the last one), or else what is there now.</summary>
public readonly record struct StoreResult(StoreOutcome Outcome, StoredObject? Object);

/// <summary>
/// What etcd is to an API server: one revision that counts all writes, compare-and-swap writes, snapshots of each
/// resource, and its last writes for watchers.
/// </summary>
/// <param name="history">How many writes of each resource are kept for watchers and older lists.</param>
public sealed class ObjectStore(int history = 4096)
{
    private const int KeptSnapshots = 64;

    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<string, Table> _tables = new(StringComparer.Ordinal);
    private readonly Queue<(string Resource, Snapshot Snapshot)> _kept = new();
    private long _revision = 1;
    private long _resumed;

    /// <summary>Called for each write in its order, while the store waits: keep it short.</summary>
    public Action<StoreEvent>? Committed { get; set; }

    public long Revision => Volatile.Read(ref _revision);

    public IEnumerable<string> Resources => _tables.Keys;

    public StoredObject? Get(string resource, string key) =>
        TableOf(resource).Objects.TryGetValue(new StoredObject(key, [], 0), out StoredObject found) ? found : null;

    public Snapshot Snapshot(string resource)
    {
        lock (_writing)
            return new Snapshot(_revision, TableOf(resource).Objects);
    }

    /// <summary>The resource as it was at a revision; null when that is forgotten or still to come.</summary>
    public Snapshot? SnapshotAt(string resource, long revision)
    {
        Table table = TableOf(resource);
        lock (_writing)
        {
            foreach ((string name, Snapshot snapshot) in _kept)
            {
                if (name == resource && snapshot.Revision == revision)
                    return snapshot;
            }

            if (revision > _revision || table.Log.PlaceAfter(revision) is not { } place)
                return null;
            return new Snapshot(revision, Undo(table, place));
        }
    }

    /// <summary>Keeps a snapshot for the rest of a list in chunks, until <see cref="Compact"/> or many others come.</summary>
    public void Keep(string resource, Snapshot snapshot)
    {
        lock (_writing)
        {
            if (_kept.Any(k => k.Resource == resource && k.Snapshot.Revision == snapshot.Revision))
                return;
            _kept.Enqueue((resource, snapshot));
            if (_kept.Count > KeptSnapshots)
                _kept.Dequeue();
        }
    }

    /// <summary>Stores a new object. It belongs to the store from now on, which writes its resourceVersion.</summary>
    public StoreResult Create(string resource, string key, JsonObject value)
    {
        Table table = TableOf(resource);
        lock (_writing)
        {
            if (Find(table, key) is { } existing)
                return new StoreResult(StoreOutcome.AlreadyExists, existing);
            return Commit(table, new StoreEvent(StoreEventType.Added, resource, Version(key, value), null));
        }
    }

    /// <summary>Replaces the version that the writer has read.</summary>
    public StoreResult Update(string resource, StoredObject read, JsonObject value)
    {
        Table table = TableOf(resource);
        lock (_writing)
        {
            if (Check(table, read) is { } refused)
                return refused;
            return Commit(table, new StoreEvent(StoreEventType.Modified, resource, Version(read.Key, value), read));
        }
    }

    /// <summary>Deletes the version that the writer has read.</summary>
    public StoreResult Delete(string resource, StoredObject read)
    {
        Table table = TableOf(resource);
        lock (_writing)
        {
            if (Check(table, read) is { } refused)
                return refused;
            StoredObject last = Version(read.Key, (JsonObject)read.Value.DeepClone());
            return Commit(table, new StoreEvent(StoreEventType.Deleted, resource, last, read));
        }
    }

    /// <summary>Follows the writes after a revision; null when they are partly forgotten.</summary>
    public WatchCursor? Watch(string resource, long afterRevision)
    {
        EventLog log = TableOf(resource).Log;
        return log.PlaceAfter(afterRevision) is { } place ? new WatchCursor(this, log, place) : null;
    }

    /// <summary>Puts in an object that an earlier store has kept, with the resourceVersion that it had there.</summary>
    public void Load(string resource, string key, JsonObject value)
    {
        Table table = TableOf(resource);
        string version = (string?)value["metadata"]!["resourceVersion"] ?? "1";
        lock (_writing)
            table.Objects = table.Objects.Add(new StoredObject(key, value, long.Parse(version, CultureInfo.InvariantCulture)));
    }

    /// <summary>Counts on from a revision: what happened up to it is forgotten.</summary>
    public void Resume(long revision)
    {
        lock (_writing)
        {
            Volatile.Write(ref _resumed, revision);
            Volatile.Write(ref _revision, revision);
            foreach (Table table in _tables.Values)
                table.Log.Compact(revision);
        }
    }

    /// <summary>Forgets the history of a resource (of all when null) up to now: older watches and lists get 410.</summary>
    public void Compact(string? resource = null)
    {
        lock (_writing)
        {
            foreach (Table table in resource is null ? _tables.Values : [TableOf(resource)])
                table.Log.Compact(_revision);

            foreach ((string Resource, Snapshot Snapshot) kept in _kept.ToArray())
            {
                _kept.Dequeue();
                if (resource is not null && kept.Resource != resource)
                    _kept.Enqueue(kept);
            }
        }
    }

    private static StoredObject? Find(Table table, string key) =>
        table.Objects.TryGetValue(new StoredObject(key, [], 0), out StoredObject found) ? found : null;

    private static StoreResult? Check(Table table, StoredObject read) => Find(table, read.Key) switch
    {
        null => new StoreResult(StoreOutcome.NotFound, null),
        { } now when now.Revision != read.Revision => new StoreResult(StoreOutcome.Conflict, now),
        _ => null,
    };

    private static ImmutableSortedSet<StoredObject> Undo(Table table, long place)
    {
        var later = new StoreEvent[table.Log.Next - place];
        table.Log.Read(place, later);
        ImmutableSortedSet<StoredObject>.Builder objects = table.Objects.ToBuilder();
        foreach (StoreEvent entry in later.Reverse())
        {
            objects.Remove(entry.Object);
            if (entry.Previous is not null)
                objects.Add(entry.Previous);
        }

        return objects.ToImmutable();
    }

    private Table TableOf(string resource) => _tables.GetOrAdd(resource, static (_, store) => store.NewTable(), this);

    private Table NewTable()
    {
        var table = new Table(history);
        table.Log.Compact(Volatile.Read(ref _resumed));
        return table;
    }

    private StoredObject Version(string key, JsonObject value)
    {
        long revision = _revision + 1;
        value["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(key, value, revision);
    }

    private StoreResult Commit(Table table, StoreEvent entry)
    {
        ImmutableSortedSet<StoredObject> objects = table.Objects;
        if (entry.Previous is not null)
            objects = objects.Remove(entry.Previous);
        table.Objects = entry.Type == StoreEventType.Deleted ? objects : objects.Add(entry.Object);
        Committed?.Invoke(entry);

        // The log first: whoever reads a revision finds its write there.
        table.Log.Append(entry);
        Volatile.Write(ref _revision, entry.Revision);
        return new StoreResult(StoreOutcome.Done, entry.Object);
    }

    private sealed class Table(int history)
    {
        private volatile ImmutableSortedSet<StoredObject> _objects =
            ImmutableSortedSet.Create<StoredObject>(ByKey.Instance);

        public EventLog Log { get; } = new(history);

        public ImmutableSortedSet<StoredObject> Objects
        {
            get => _objects;
            set => _objects = value;
        }
    }
}
