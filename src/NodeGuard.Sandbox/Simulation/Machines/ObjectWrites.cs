using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Simulation.Machines;

/// <summary>The providers' reads and writes, in the cluster's store.</summary>
internal sealed class ObjectWrites(Cluster cluster)
{
    /// <summary>Who the providers are to admission.</summary>
    public static readonly UserInfo Provider = new("system:sandbox-providers", ["system:masters", "system:authenticated"]);

    public Cluster Cluster => cluster;

    public JsonObject? Get(MachineResource resource, string name) => cluster.Store.Get(resource.StorageKey, resource.KeyOf(name))?.Value;

    public IEnumerable<JsonObject> All(MachineResource resource) =>
        cluster.Store.Snapshot(resource.StorageKey).Objects().Select(stored => stored.Value);

    /// <returns>Null when it is refused, there already, or not served.</returns>
    public JsonObject? Create(MachineResource resource, JsonObject item)
    {
        if (resource.In(cluster) is not { } info)
        {
            return null;
        }

        JsonNode? status = item["status"]?.DeepClone();
        item["apiVersion"] = resource.ApiVersion;
        item["kind"] = resource.Kind;
        ApiResult made = cluster.Write.Create(Request("create", info, resource.Namespace, item.Name()), item);
        if (made.Object is null || status is null || made.Object["status"] is JsonObject { Count: > 0 })
        {
            return made.Object;
        }

        Edit(resource, made.Object.Name(), created => created["status"] = status.DeepClone());
        return Get(resource, made.Object.Name());
    }

    /// <summary>
    /// Puts in one of a cluster's first objects as it is, with status and birth: thousands of them must not take the way of a request.
    /// </summary>
    /// <returns>Null when it is there already or not served.</returns>
    public JsonObject? Plant(MachineResource resource, JsonObject item, DateTimeOffset born)
    {
        if (resource.In(cluster) is not { } info)
        {
            return null;
        }

        item["apiVersion"] = resource.ApiVersion;
        item["kind"] = resource.Kind;
        ObjectMeta.SetType(info, item);
        JsonObject metadata = item.Ensure("metadata");
        if (metadata.Text("generateName") is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix + MadeUp.Suffix(cluster.Chance);
        }

        metadata["uid"] = MadeUp.Uid(cluster.Chance);
        metadata["creationTimestamp"] = born.ToApiTime();
        if (info.Strategy.CountsGenerations)
        {
            metadata["generation"] = 1;
        }

        StoreResult result = cluster.Store.Create(resource.StorageKey, resource.KeyOf(item.Name()), item);
        return result.Outcome == StoreOutcome.Done ? result.Object!.Value : null;
    }

    /// <summary>Changes the whole object, status and all, as often as another writer was faster.</summary>
    /// <returns>Whether the object is there.</returns>
    public bool Edit(MachineResource resource, string name, Action<JsonObject> edit)
    {
        while (resource.In(cluster) is { } info && cluster.Store.Get(resource.StorageKey, resource.KeyOf(name)) is { } current)
        {
            JsonObject changed = current.Value.Copy();
            edit(changed);
            if (JsonNode.DeepEquals(changed, current.Value))
            {
                return true;
            }

            ObjectMeta.SetGeneration(info, changed, current.Value);
            StoreResult result = ObjectMeta.IsFinished(changed)
                ? cluster.Store.Delete(resource.StorageKey, current)
                : cluster.Store.Update(resource.StorageKey, current, changed);
            if (result.Outcome == StoreOutcome.Done)
            {
                return true;
            }
        }

        return false;
    }

    public void Delete(MachineResource resource, JsonObject item)
    {
        if (resource.In(cluster) is { } info)
        {
            cluster.Write.Delete(
                Request("delete", info, resource.Namespace, item.Name()), new DeleteOptions { PreconditionUid = item.Uid() });
        }
    }

    public void RemoveFinalizer(MachineResource resource, string name, string finalizer) => Edit(resource, name, item =>
    {
        JsonObject metadata = item.Ensure("metadata");
        string[] kept = [.. metadata.Texts("finalizers").Where(other => other != finalizer)];
        if (kept.Length == 0)
        {
            metadata.Remove("finalizers");
        }
        else
        {
            metadata["finalizers"] = new JsonArray([.. kept.Select(other => (JsonNode)other)]);
        }
    });

    private static ApiRequest Request(string verb, ResourceInfo resource, string @namespace, string name) => new()
    {
        Verb = verb,
        Resource = resource,
        Namespace = @namespace,
        Name = name,
        User = Provider,
        FieldManager = "sandbox-providers",
    };
}
