using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>Deletes what lost its owners: in the background, before its owner (foreground), or not at all (orphan).</summary>
public sealed class GarbageCollector(Cluster cluster) : IHousekeeper
{
    private readonly OwnerIndex _index = new();
    private readonly ConcurrentQueue<ObjectPlace> _dependents = new();
    private readonly ConcurrentQueue<ObjectPlace> _owners = new();

    public void Observe(StoreEvent entry)
    {
        _index.Observe(entry);
        JsonObject value = entry.Object.Value;
        var place = new ObjectPlace(entry.Resource, entry.Object.Key);
        if (entry.Type == StoreEventType.Deleted)
        {
            foreach (ObjectPlace dependent in _index.DependentsOf(value.Text("metadata", "uid") ?? ""))
                _dependents.Enqueue(dependent);
            EnqueueWaitingOwners(value);
            return;
        }

        bool held = OwnerRules.Has(value, OwnerRules.ForegroundFinalizer) || OwnerRules.Has(value, OwnerRules.OrphanFinalizer);
        if (held && OwnerRules.IsDeleted(value))
            _owners.Enqueue(place);

        // Owners are looked up where references are new; a later loss of an owner comes with its own event.
        bool changed = !JsonNode.DeepEquals(value.At("metadata", "ownerReferences"), entry.Previous?.Value.At("metadata", "ownerReferences"));
        if (!changed)
            return;
        if (value.Items("metadata", "ownerReferences").Any())
            _dependents.Enqueue(place);
        if (entry.Previous is { } previous)
            EnqueueWaitingOwners(previous.Value);
    }

    public bool Reconcile()
    {
        bool worked = false;
        while (_dependents.TryDequeue(out ObjectPlace place))
        {
            worked = true;
            CheckDependent(place);
        }

        while (_owners.TryDequeue(out ObjectPlace place))
        {
            worked = true;
            CheckOwner(place);
        }

        return worked;
    }

    private void EnqueueWaitingOwners(JsonObject dependent)
    {
        foreach (string uid in OwnerIndex.OwnersOf(dependent))
        {
            if (_index.Find(uid) is { } owner)
                _owners.Enqueue(owner);
        }
    }

    private void CheckDependent(ObjectPlace place)
    {
        if (Read(place) is not { } item)
            return;
        string uid = item.Text("metadata", "uid")!;
        bool hasDependents = _index.DependentsOf(uid).Length > 0;
        switch (OwnerRules.Decide(item, owner => StateOf(item, owner), hasDependents))
        {
            case DependentAction.Release release:
                Update(place, uid, current => OwnerRules.WithoutOwners(current, release.Owners));
                break;
            case DependentAction.Delete delete when !OwnerRules.IsDeleted(item):
                Write(place, "delete", request => cluster.Write.Delete(
                    request, new DeleteOptions { PreconditionUid = uid, PropagationPolicy = delete.Policy }));
                break;
            default:
                break;
        }
    }

    /// <summary>An owner in another namespace counts as absent, as a real server has it.</summary>
    private OwnerState StateOf(JsonObject item, JsonNode reference)
    {
        if (_index.Find(reference.Text("uid") ?? "") is not { } place || Read(place) is not { } owner)
            return OwnerState.Absent;
        string? @namespace = owner.Text("metadata", "namespace");
        if (@namespace is not null && @namespace != item.Text("metadata", "namespace"))
            return OwnerState.Absent;
        return OwnerRules.IsWaiting(owner) ? OwnerState.Waiting : OwnerState.Present;
    }

    private void CheckOwner(ObjectPlace place)
    {
        if (Read(place) is not { } owner || !OwnerRules.IsDeleted(owner))
            return;
        string uid = owner.Text("metadata", "uid")!;
        ObjectPlace[] dependents = _index.DependentsOf(uid);
        if (OwnerRules.Has(owner, OwnerRules.OrphanFinalizer))
        {
            foreach (ObjectPlace dependent in dependents)
                Update(dependent, null, current => OwnerRules.WithoutOwners(current, [uid]));
            Update(place, uid, current => OwnerRules.WithoutFinalizer(current, OwnerRules.OrphanFinalizer));
        }

        if (!OwnerRules.Has(owner, OwnerRules.ForegroundFinalizer))
            return;
        foreach (ObjectPlace dependent in dependents)
            CheckDependent(dependent);
        if (!_index.DependentsOf(uid).Any(d => Read(d) is { } item && OwnerRules.Blocks(item, uid)))
            Update(place, uid, current => OwnerRules.WithoutFinalizer(current, OwnerRules.ForegroundFinalizer));
    }

    private JsonObject? Read(ObjectPlace place) => cluster.Store.Get(place.Resource, place.Key)?.Value;

    private void Update(ObjectPlace place, string? uid, Func<JsonObject, JsonObject> edit) =>
        Write(place, "update", request => cluster.Write.Update(request, current =>
            uid is null || current.Text("metadata", "uid") == uid
                ? edit(current)
                : ApiStatus.Conflict(request.Resource, request.Name, "another object has the name now")));

    /// <summary>What fails because another writer changed the object comes back with that write's event.</summary>
    private void Write(ObjectPlace place, string verb, Func<ApiRequest, ApiResult> write)
    {
        ResourceInfo? resource = cluster.Resources.All.FirstOrDefault(r => r.StorageKey == place.Resource && r.ToStorage is null)
            ?? cluster.Resources.All.FirstOrDefault(r => r.StorageKey == place.Resource);
        if (resource is null)
            return;
        int slash = place.Key.IndexOf('/', StringComparison.Ordinal);
        write(new ApiRequest
        {
            Verb = verb,
            Resource = resource,
            Namespace = slash < 0 ? "" : place.Key[..slash],
            Name = place.Key[(slash + 1)..],
            FieldManager = "kube-controller-manager",
        });
    }
}
