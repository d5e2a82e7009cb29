using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Simulation.Workloads;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>Carries out what the reconcile functions want, in the cluster's store.</summary>
internal sealed class ClusterWriter(Cluster cluster)
{
    private static readonly UserInfo Controllers = new("system:kube-controller-manager", ["system:masters", "system:authenticated"]);

    /// <returns>Null when it was done or has become pointless; the refusal of a creation otherwise.</returns>
    public ApiStatus? Apply(Change change)
    {
        switch (change)
        {
            case Change.Create create:
                return Create(create);
            case Change.Update update:
                Update(update);
                return null;
            case Change.Delete delete:
                cluster.Write.Delete(
                    Request("delete", delete.Kind, delete.Object),
                    new DeleteOptions { GracePeriodSeconds = delete.GraceSeconds, PreconditionUid = delete.Object.Uid() });
                return null;
            case Change.Event happened:
                Report(happened);
                return null;
            default:
                return null;
        }
    }

    private ApiRequest Request(string verb, Kind kind, JsonObject item) => new()
    {
        Verb = verb,
        Resource = ResourceOf(kind),
        Namespace = item.Namespace(),
        Name = item.Name(),
        User = Controllers,
        FieldManager = "kube-controller-manager",
    };

    private ResourceInfo ResourceOf(Kind kind) =>
        cluster.Resources.Get(kind.Group(), kind.ApiVersion()[(kind.ApiVersion().IndexOf('/', StringComparison.Ordinal) + 1)..], kind.Plural());

    private ApiStatus? Create(Change.Create create)
    {
        JsonNode? status = create.Object["status"]?.DeepClone();
        ApiResult result = cluster.Write.Create(Request("create", create.Kind, create.Object), create.Object);
        if (!result.Succeeded || result.Object is null)
        {
            return result.Code == 409 ? null : result.Status;
        }

        if (status is not null && result.Object["status"] is null)
        {
            JsonObject withStatus = result.Object.Copy();
            withStatus["status"] = status;
            Update(new Change.Update(create.Kind, withStatus));
        }

        if (create.Announce is { } announce)
        {
            string name = result.Object.Name();
            string message = announce.Owner.Text("kind") == "StatefulSet"
                ? $"create Pod {name} in StatefulSet {announce.Owner.Name()} successful"
                : $"Created pod: {name}";
            Report(new Change.Event(announce.Owner, "Normal", "SuccessfulCreate", message, announce.Component));
        }

        return null;
    }

    // The whole object, status and all, over exactly the version that was read: what is newer is decided upon again.
    private void Update(Change.Update update)
    {
        ResourceInfo resource = ResourceOf(update.Kind);
        string key = resource.KeyOf(update.Object.Namespace(), update.Object.Name());
        if (cluster.Store.Get(resource.StorageKey, key) is not { } current
            || current.Value.Text("metadata", "resourceVersion") != update.Object.Text("metadata", "resourceVersion"))
        {
            return;
        }

        ObjectMeta.SetGeneration(resource, update.Object, current.Value);
        if (ObjectMeta.IsFinished(update.Object))
        {
            cluster.Store.Delete(resource.StorageKey, current);
        }
        else
        {
            cluster.Store.Update(resource.StorageKey, current, update.Object);
        }
    }

    // The same thing told again counts up, under a name that follows from what is told.
    private void Report(Change.Event happened)
    {
        JsonObject regarding = happened.Regarding;
        string now = cluster.Clock.GetUtcNow().ToApiTime();
        string identity = $"{regarding.Uid()} {happened.Reason} {happened.Message}";
        string name = $"{regarding.Name()}.{PodTemplate.Hash(JsonValue.Create(identity))}";
        string @namespace = regarding.Namespace() is { Length: > 0 } own ? own : "default";
        ResourceInfo events = ResourceOf(Kind.Event);
        if (cluster.Store.Get(events.StorageKey, StoredObject.KeyOf(@namespace, name)) is { } told)
        {
            JsonObject again = told.Value.Copy();
            again["count"] = (told.Value.Number("count") ?? 1) + 1;
            again["lastTimestamp"] = now;
            cluster.Store.Update(events.StorageKey, told, again);
            return;
        }

        JsonObject item = NewEvent(happened, @namespace, name, now);
        cluster.Write.Create(Request("create", Kind.Event, item), item);
    }

    private static JsonObject NewEvent(Change.Event happened, string @namespace, string name, string now) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Event",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = @namespace },
        ["involvedObject"] = new JsonObject
        {
            ["apiVersion"] = happened.Regarding.Text("apiVersion"),
            ["kind"] = happened.Regarding.Text("kind"),
            ["namespace"] = happened.Regarding.Namespace(),
            ["name"] = happened.Regarding.Name(),
            // kubectl describe asks for a node's events by its name in place of its UID.
            ["uid"] = happened.Regarding.Text("kind") == "Node" ? happened.Regarding.Name() : happened.Regarding.Uid(),
            ["resourceVersion"] = happened.Regarding.Text("metadata", "resourceVersion"),
        },
        ["type"] = happened.Type,
        ["reason"] = happened.Reason,
        ["message"] = happened.Message,
        ["source"] = new JsonObject { ["component"] = happened.Component },
        ["reportingComponent"] = happened.Component,
        ["reportingInstance"] = "",
        ["firstTimestamp"] = now,
        ["lastTimestamp"] = now,
        ["count"] = 1,
        ["eventTime"] = null,
    };
}
