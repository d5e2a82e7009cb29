using System.Collections.Immutable;

namespace NodeGuard.Sandbox.Store;

/// <summary>All objects of one resource as they were at one revision of the store.</summary>
public sealed class Snapshot
{
    private readonly ImmutableSortedSet<StoredObject> _objects;

    internal Snapshot(long revision, ImmutableSortedSet<StoredObject> objects)
    {
        Revision = revision;
        _objects = objects;
    }

    public long Revision { get; }

    public int Count => _objects.Count;

    /// <summary>The objects of a namespace (all when null), from behind a key on (from the first when null).</summary>
    public IEnumerable<StoredObject> Objects(string? @namespace = null, string? after = null)
    {
        string prefix = string.IsNullOrEmpty(@namespace) ? "" : @namespace + "/";
        if (prefix.Length == 0 && after is null)
            return _objects;
        int start = _objects.IndexOf(new StoredObject(after ?? prefix, [], 0));
        return From(start < 0 ? ~start : after is null ? start : start + 1, prefix);
    }

    public StoredObject? Find(string key) =>
        _objects.TryGetValue(new StoredObject(key, [], 0), out StoredObject found) ? found : null;

    private IEnumerable<StoredObject> From(int index, string prefix)
    {
        for (; index < _objects.Count; index++)
        {
            StoredObject item = _objects[index];
            if (!item.Key.StartsWith(prefix, StringComparison.Ordinal))
                yield break;
            yield return item;
        }
    }
}
