using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Housekeeping;

/// <summary>Gives each namespace its default service account, and empties those that are being deleted.</summary>
public sealed class NamespaceContent(Cluster cluster) : IHousekeeper
{
    private readonly ConcurrentDictionary<string, bool> _terminating = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _touched = new(StringComparer.Ordinal);

    public void Observe(StoreEvent entry)
    {
        JsonObject value = entry.Object.Value;
        if (entry.Resource == "namespaces")
        {
            string name = entry.Object.Key;
            if (entry.Type != StoreEventType.Deleted && value.At("metadata", "deletionTimestamp") is not null)
                _terminating[name] = true;
            else
                _terminating.TryRemove(name, out _);
            if (entry.Type != StoreEventType.Deleted)
                _touched[name] = true;
            return;
        }

        if (entry.Type != StoreEventType.Deleted || value.Text("metadata", "namespace") is not { } @namespace)
            return;
        if (_terminating.ContainsKey(@namespace) || entry.Resource == "serviceaccounts")
            _touched[@namespace] = true;
    }

    public bool Reconcile()
    {
        string[] names = [.. _touched.Keys];
        foreach (string name in names)
        {
            _touched.TryRemove(name, out _);
            if (cluster.Store.Get("namespaces", name) is not { } found)
                continue;
            if (found.Value.At("metadata", "deletionTimestamp") is null)
                AddServiceAccount(name);
            else if (Empty(name))
                Finish(name);
        }

        return names.Length > 0;
    }

    private void AddServiceAccount(string name)
    {
        if (cluster.Resources.Find("", "v1", "serviceaccounts") is not { } accounts
            || cluster.Store.Get(accounts.StorageKey, $"{name}/default") is not null)
            return;
        cluster.Write.Create(
            new ApiRequest { Verb = "create", Resource = accounts, Namespace = name },
            new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default", ["namespace"] = name } });
    }

    /// <summary>Deletes what is there; true when nothing is left. What has a grace period comes back with its own event.</summary>
    private bool Empty(string name)
    {
        foreach (ResourceInfo resource in cluster.Resources.All.Where(r => r.Namespaced && r.Review is null).DistinctBy(r => r.StorageKey))
        {
            foreach (StoredObject stored in cluster.Store.Snapshot(resource.StorageKey).Objects(name))
            {
                if (stored.Value.At("metadata", "deletionTimestamp") is not null)
                    continue;
                var request = new ApiRequest
                {
                    Verb = "delete",
                    Resource = resource,
                    Namespace = name,
                    Name = stored.Value.Text("metadata", "name")!,
                };
                cluster.Write.Delete(request, new DeleteOptions { PropagationPolicy = "Background" });
            }
        }

        return cluster.Resources.All.Where(r => r.Namespaced && r.Review is null)
            .All(r => !cluster.Store.Snapshot(r.StorageKey).Objects(name).Any());
    }

    private void Finish(string name)
    {
        ResourceInfo namespaces = cluster.Resources.Get("", "v1", "namespaces");
        cluster.Write.Update(
            new ApiRequest { Verb = "update", Resource = namespaces, Name = name },
            current =>
            {
                JsonObject empty = current.Clone();
                empty.Ensure("spec").Remove("finalizers");
                return empty;
            });
    }
}
