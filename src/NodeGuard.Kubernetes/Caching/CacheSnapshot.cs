using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// The cluster's objects of one type as they were at <see cref="ResourceVersion"/>, all at the same moment. It never
/// changes: a reader that keeps one decides upon one state.
/// </summary>
public sealed class CacheSnapshot<TKept>
    where TKept : class
{
    private readonly ImmutableDictionary<ObjectName, CacheEntry<TKept>> _objects;
    private readonly CacheIndex<TKept>[] _indexes;
    private readonly ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>>[] _buckets;

    internal CacheSnapshot(
        long generation,
        string resourceVersion,
        ImmutableDictionary<ObjectName, CacheEntry<TKept>> objects,
        CacheIndex<TKept>[] indexes,
        ImmutableDictionary<string, ImmutableDictionary<ObjectName, TKept>>[] buckets)
    {
        Generation = generation;
        ResourceVersion = resourceVersion;
        _objects = objects;
        _indexes = indexes;
        _buckets = buckets;
    }

    /// <summary>Objects that were listed once, without indexes; for who asks once and follows nothing.</summary>
    public static CacheSnapshot<TKept> Of(IEnumerable<KeyValuePair<ObjectName, TKept>> listed) =>
        new(0, string.Empty, listed.ToImmutableDictionary(static pair => pair.Key, static pair => new CacheEntry<TKept>(pair.Value, 0)), [], []);

    /// <summary>Rises with every snapshot of one cache.</summary>
    public long Generation { get; }

    public string ResourceVersion { get; }

    public int Count => _objects.Count;

    public IEnumerable<TKept> Objects => _objects.Values.Select(entry => entry.Value);

    public IEnumerable<KeyValuePair<ObjectName, TKept>> ByName =>
        _objects.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Value));

    public bool TryGet(ObjectName name, [NotNullWhen(true)] out TKept? value)
    {
        bool found = _objects.TryGetValue(name, out CacheEntry<TKept> entry);
        value = found ? entry.Value : null;
        return found;
    }

    /// <summary>The objects for which <paramref name="index"/> gives <paramref name="key"/>, in no order.</summary>
    /// <exception cref="ArgumentException">The cache was made without this index.</exception>
    public IEnumerable<TKept> With(CacheIndex<TKept> index, string key)
    {
        int position = Array.IndexOf(_indexes, index);
        if (position < 0)
            throw new ArgumentException($"the cache has no index \"{index.Name}\"; name it in its options", nameof(index));
        return _buckets[position].TryGetValue(key, out var bucket) ? bucket.Values : [];
    }
}

/// <summary>A way to find objects by something other than their name, such as pods by node.</summary>
/// <param name="name">For messages.</param>
/// <param name="key">Null: the object is not in this index.</param>
public sealed class CacheIndex<TKept>(string name, Func<TKept, string?> key)
    where TKept : class
{
    public string Name { get; } = name;

    internal string? KeyOf(TKept value) => key(value);
}

/// <summary>What is kept of an object, and the version that it is of.</summary>
internal readonly record struct CacheEntry<TKept>(TKept Value, ulong Version)
    where TKept : class;
