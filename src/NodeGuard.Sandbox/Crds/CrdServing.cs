using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Housekeeping;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Serves what the definitions in the store define, and deletes the objects of those that go.</summary>
public sealed class CrdServing(Cluster cluster) : IHousekeeper
{
    public const string StorageKey = "customresourcedefinitions.apiextensions.k8s.io";

    private readonly ConcurrentDictionary<string, ResourceInfo[]> _served = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _terminating = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _touched = new(StringComparer.Ordinal);

    public static ResourceInfo Definitions(Cluster cluster) => new()
    {
        Group = "apiextensions.k8s.io",
        Version = "v1",
        Plural = "customresourcedefinitions",
        Singular = "customresourcedefinition",
        Kind = "CustomResourceDefinition",
        Namespaced = false,
        ShortNames = ["crd", "crds"],
        Categories = ["api-extensions"],
        HasStatus = true,
        Strategy = new CrdStrategy(cluster),
        Columns = [Resources.Columns.Name, Resources.Columns.CreatedAt],
    };

    public void Observe(StoreEvent entry)
    {
        if (entry.Resource == StorageKey)
        {
            Serve(entry);
            return;
        }

        if (entry.Type == StoreEventType.Deleted && _terminating.TryGetValue(entry.Resource, out string? crd))
            _touched[crd] = true;
    }

    public bool Reconcile()
    {
        string[] names = [.. _touched.Keys];
        foreach (string name in names)
        {
            _touched.TryRemove(name, out _);
            if (cluster.Store.Get(StorageKey, name) is { } crd && crd.Value.At("metadata", "deletionTimestamp") is not null)
                CleanUp(name, crd.Value);
        }

        return names.Length > 0;
    }

    private void Serve(StoreEvent entry)
    {
        string name = entry.Object.Key;
        ResourceInfo[] now = entry.Type == StoreEventType.Deleted ? [] : [.. CustomResources.Of(entry.Object.Value)];
        ResourceInfo[] before = _served.TryGetValue(name, out ResourceInfo[]? old) ? old : [];
        foreach (ResourceInfo gone in before.Where(b => now.All(n => n.Version != b.Version)))
            cluster.Resources.Remove(gone);
        if (before.Length == 0 && now.Length > 0)
            ForgetBefore(name);
        foreach (ResourceInfo resource in now)
            cluster.Resources.Add(resource);
        _served[name] = now;
        if (entry.Type == StoreEventType.Deleted)
        {
            _served.TryRemove(name, out _);
            _terminating.TryRemove(name, out _);
        }
        else if (entry.Object.Value.At("metadata", "deletionTimestamp") is not null)
        {
            // The name of a definition is `plural.group`, which is the storage key of its objects.
            _terminating[name] = name;
            _touched[name] = true;
        }
    }

    /// <summary>As a real server's watch cache, which begins with the resource: older versions are 410 and not silence.</summary>
    private void ForgetBefore(string storageKey) => cluster.Store.Compact(storageKey);

    private void CleanUp(string name, JsonObject crd)
    {
        ResourceInfo? resource = _served.TryGetValue(name, out ResourceInfo[]? served) ? served.FirstOrDefault() : null;
        if (resource is not null)
        {
            foreach (StoredObject stored in cluster.Store.Snapshot(name).Objects())
            {
                cluster.Write.Delete(
                    new ApiRequest
                    {
                        Verb = "delete",
                        Resource = resource,
                        Namespace = stored.Value.Text("metadata", "namespace") ?? "",
                        Name = stored.Value.Text("metadata", "name")!,
                    },
                    new DeleteOptions());
            }
        }

        if (cluster.Store.Snapshot(name).Count > 0 || !OwnerRules.Has(crd, CrdVersions.CleanupFinalizer))
            return;
        cluster.Write.Update(
            new ApiRequest { Verb = "update", Resource = cluster.Resources.Get("apiextensions.k8s.io", "v1", "customresourcedefinitions"), Name = name },
            current => OwnerRules.WithoutFinalizer(current, CrdVersions.CleanupFinalizer));
    }
}
