using System.Collections.Immutable;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>A state that is being read and that no reader sees before it is complete.</summary>
internal sealed class StateDraft<TKept>
    where TKept : class
{
    private ImmutableDictionary<ObjectName, CacheEntry<TKept>>.Builder _objects =
        ImmutableDictionary.CreateBuilder<ObjectName, CacheEntry<TKept>>();

    public void Put(ObjectName name, CacheEntry<TKept> entry)
    {
        // A stream of initial events may go on into changes; each object's newest version is the one that counts.
        if (!_objects.TryGetValue(name, out CacheEntry<TKept> held) || entry.Version == ResourceVersions.Unordered
            || entry.Version >= held.Version)
            _objects[name] = entry;
    }

    public void Remove(ObjectName name, ulong version)
    {
        if (_objects.TryGetValue(name, out CacheEntry<TKept> held)
            && (version == ResourceVersions.Unordered || version >= held.Version))
            _objects.Remove(name);
    }

    public void Clear() => _objects = ImmutableDictionary.CreateBuilder<ObjectName, CacheEntry<TKept>>();

    public ImmutableDictionary<ObjectName, CacheEntry<TKept>> Take()
    {
        var complete = _objects.ToImmutable();
        Clear();
        return complete;
    }
}
