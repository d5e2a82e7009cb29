using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>Where an object is in the store.</summary>
internal readonly record struct ObjectPlace(string Resource, string Key);

/// <summary>Who is there, and who names whom as owner. Safe for several threads.</summary>
internal sealed class OwnerIndex
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ObjectPlace> _alive = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<ObjectPlace>> _dependents = new(StringComparer.Ordinal);

    public void Observe(StoreEvent entry)
    {
        var place = new ObjectPlace(entry.Resource, entry.Object.Key);
        string uid = entry.Object.Value.Text("metadata", "uid") ?? "";
        lock (_lock)
        {
            if (entry.Previous is { } previous)
            {
                foreach (string owner in OwnersOf(previous.Value))
                    Remove(owner, place);
            }

            if (entry.Type == StoreEventType.Deleted)
            {
                _alive.Remove(uid);
                return;
            }

            _alive[uid] = place;
            foreach (string owner in OwnersOf(entry.Object.Value))
                Add(owner, place);
        }
    }

    public ObjectPlace? Find(string uid)
    {
        lock (_lock)
            return _alive.TryGetValue(uid, out ObjectPlace place) ? place : null;
    }

    public ObjectPlace[] DependentsOf(string uid)
    {
        lock (_lock)
            return _dependents.TryGetValue(uid, out HashSet<ObjectPlace>? places) ? [.. places] : [];
    }

    public static IEnumerable<string> OwnersOf(JsonObject value) =>
        value.Items("metadata", "ownerReferences").Select(o => o.Text("uid") ?? "");

    private void Add(string owner, ObjectPlace place)
    {
        if (!_dependents.TryGetValue(owner, out HashSet<ObjectPlace>? places))
            _dependents[owner] = places = [];
        places.Add(place);
    }

    private void Remove(string owner, ObjectPlace place)
    {
        if (_dependents.TryGetValue(owner, out HashSet<ObjectPlace>? places) && places.Remove(place) && places.Count == 0)
            _dependents.Remove(owner);
    }
}
