using System.Collections.Immutable;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// The objects of one type and their indexes, one state after the other. Used by the cache's loop alone; what readers get
/// are its snapshots.
/// </summary>
internal sealed class ObjectTable<TKept>(IReadOnlyList<CacheIndex<TKept>> indexes)
    where TKept : class
{
    private readonly CacheIndex<TKept>[] _indexes = [.. indexes];

    private ImmutableDictionary<ObjectName, CacheEntry<TKept>> _objects = ImmutableDictionary<ObjectName, CacheEntry<TKept>>.Empty;

    private ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>>[] _buckets =
        [.. indexes.Select(_ => ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>>.Empty)];

    private long _generation;
    private ulong _version;

    public int Count => _objects.Count;

    public CacheSnapshot<TKept> Snapshot(string version)
    {
        _version = ResourceVersions.Number(version);
        return new(++_generation, version, _objects, _indexes, [.. _buckets]);
    }

    /// <summary>The object as it is kept, if it is of this very version: it need not be made again.</summary>
    public TKept? Same(ObjectName name, ulong version) =>
        version != ResourceVersions.Unordered && _objects.TryGetValue(name, out CacheEntry<TKept> entry) && entry.Version == version
            ? entry.Value
            : null;

    /// <summary>False when the event tells of a state that is older than what is held: a repetition.</summary>
    public bool IsNews(ObjectName name, ulong version, bool deleted)
    {
        if (version == ResourceVersions.Unordered)
            return true;
        if (version > _version)
            return true;
        // A deletion may carry the version of the object's last state.
        return deleted && _objects.TryGetValue(name, out CacheEntry<TKept> held) && version >= held.Version;
    }

    public CacheChange<TKept> Put(ObjectName name, CacheEntry<TKept> entry)
    {
        TKept? before = _objects.TryGetValue(name, out CacheEntry<TKept> held) ? held.Value : null;
        _objects = _objects.SetItem(name, entry);
        Reindex(name, before, entry.Value);
        return new(name, before, entry.Value);
    }

    /// <summary>Null when there is no such object.</summary>
    public CacheChange<TKept>? Remove(ObjectName name)
    {
        if (!_objects.TryGetValue(name, out CacheEntry<TKept> held))
            return null;
        _objects = _objects.Remove(name);
        Reindex(name, held.Value, null);
        return new(name, held.Value, null);
    }

    /// <summary>Takes a complete state; the result is what readers will find different.</summary>
    public IReadOnlyList<CacheChange<TKept>> Replace(ImmutableDictionary<ObjectName, CacheEntry<TKept>> objects)
    {
        ImmutableDictionary<ObjectName, CacheEntry<TKept>> before = _objects;
        _objects = objects;
        _buckets = [.. _indexes.Select(BuildIndex)];
        var changes = new List<CacheChange<TKept>>();
        foreach ((ObjectName name, CacheEntry<TKept> entry) in objects)
        {
            bool held = before.TryGetValue(name, out CacheEntry<TKept> old);
            if (!held || !ReferenceEquals(old.Value, entry.Value))
                changes.Add(new(name, held ? old.Value : null, entry.Value));
        }

        changes.AddRange(before.Where(old => !objects.ContainsKey(old.Key))
            .Select(old => new CacheChange<TKept>(old.Key, old.Value.Value, null)));
        return changes;
    }

    private ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>> BuildIndex(CacheIndex<TKept> index)
    {
        var buckets = new Dictionary<string, ImmutableDictionary<ObjectName, TKept>.Builder>(StringComparer.Ordinal);
        foreach ((ObjectName name, CacheEntry<TKept> entry) in _objects)
        {
            if (index.KeyOf(entry.Value) is not { } key)
                continue;
            if (!buckets.TryGetValue(key, out var bucket))
                buckets.Add(key, bucket = ImmutableDictionary.CreateBuilder<ObjectName, TKept>());
            bucket.Add(name, entry.Value);
        }

        return buckets.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToImmutable());
    }

    private void Reindex(ObjectName name, TKept? before, TKept? after)
    {
        for (int i = 0; i < _indexes.Length; i++)
        {
            string? from = before is null ? null : _indexes[i].KeyOf(before);
            string? to = after is null ? null : _indexes[i].KeyOf(after);
            if (from is not null && from != to)
                TakeFrom(ref _buckets[i], from, name);
            if (to is not null)
            {
                var bucket = _buckets[i].GetValueOrDefault(to, ImmutableDictionary<ObjectName, TKept>.Empty);
                _buckets[i] = _buckets[i].SetItem(to, bucket.SetItem(name, after!));
            }
        }
    }

    private static void TakeFrom(
        ref ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>> buckets, string key, ObjectName name)
    {
        var rest = buckets[key].Remove(name);
        buckets = rest.IsEmpty ? buckets.Remove(key) : buckets.SetItem(key, rest);
    }
}
