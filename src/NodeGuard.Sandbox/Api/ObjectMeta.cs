using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Api;

/// <summary>The rules of `metadata` that hold for every kind.</summary>
public static class ObjectMeta
{
    /// <summary>What a client cannot set on an object that exists.</summary>
    private static readonly string[] Kept =
        ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"];

    /// <summary>Deleted, with no finalizer and no grace period left: it can go.</summary>
    public static bool IsFinished(JsonObject value) =>
        value.Text("metadata", "deletionTimestamp") is not null
        && !value.Items("metadata", "finalizers").Any()
        && value.Number("metadata", "deletionGracePeriodSeconds") is null or 0
        && value.Text("metadata", "deletionTimestamp") is not null;

    /// <summary>Puts kind, apiVersion and metadata first, as the store's shared bytes need it.</summary>
    internal static void SetType(ResourceInfo resource, JsonObject value)
    {
        bool builtIn = resource.BuiltIn && resource.ToStorage is null;
        JsonNode kind = builtIn ? resource.Kind : value.Text("kind") ?? resource.Kind;
        JsonNode version = builtIn ? resource.ApiVersion : value.Text("apiVersion") ?? resource.ApiVersion;
        JsonNode? meta = value["metadata"];
        value.Remove("kind");
        value.Remove("apiVersion");
        value.Remove("metadata");
        value.Insert(0, "kind", kind);
        value.Insert(1, "apiVersion", version);
        value.Insert(2, "metadata", meta as JsonObject ?? []);
    }

    /// <summary>Names a new object and gives it uid, time and generation; or why it cannot be created.</summary>
    internal static ApiStatus? ForCreate(ApiRequest request, JsonObject value, DateTimeOffset now, Random chance)
    {
        ResourceInfo resource = request.Resource;
        SetType(resource, value);
        JsonObject meta = value.Ensure("metadata");
        if (NamespaceError(request, meta) is { } wrong)
            return wrong;
        if (meta.Text("resourceVersion") is { Length: > 0 })
            return new ApiStatus(500, "", "resourceVersion should not be set on objects to be created");
        if (string.IsNullOrEmpty(meta.Text("name")) && meta.Text("generateName") is { Length: > 0 } prefix)
            meta["name"] = Generate(prefix, chance);
        if (string.IsNullOrEmpty(meta.Text("name")))
        {
            return ApiStatus.Invalid(
                resource, "", [FieldError.Required("metadata.name", "name or generateName is required")]);
        }

        foreach (string field in Kept)
            meta.Remove(field);
        meta["uid"] = MadeUp.Uid(chance);
        meta["creationTimestamp"] = now.ToKubernetesTime();
        if (resource.Strategy.CountsGenerations)
            meta["generation"] = 1;
        return null;
    }

    internal static ApiStatus? ForUpdate(ApiRequest request, JsonObject value, JsonObject old)
    {
        SetType(request.Resource, value);
        JsonObject meta = value.Ensure("metadata");
        if (NamespaceError(request, meta) is { } wrong)
            return wrong;
        meta.Default("name", request.Name);
        if (meta.Text("name") != request.Name)
        {
            return ApiStatus.BadRequest(
                $"the name of the object ({meta.Text("name")}) does not match the name on the URL ({request.Name})");
        }

        if (meta.Text("uid") is { Length: > 0 } uid && uid != old.Text("metadata", "uid"))
        {
            if (request.Verb == "patch")
                return ApiStatus.Invalid(request.Resource, request.Name, [FieldError.Invalid("metadata.uid", uid, "field is immutable")]);
            return ApiStatus.Conflict(
                request.Resource, request.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Text("metadata", "uid")}");
        }

        foreach (string field in Kept)
            meta.CopyFrom(old["metadata"]!.AsObject(), field);
        return null;
    }

    /// <summary>A change of anything but metadata and status is a new generation.</summary>
    internal static void SetGeneration(ResourceInfo resource, JsonObject value, JsonObject old)
    {
        if (!resource.Strategy.CountsGenerations || old.Number("metadata", "generation") is not { } generation)
            return;
        bool changed = value.Select(p => p.Key).Union(old.Select(p => p.Key))
            .Any(field => field is not ("metadata" or "status" or "apiVersion" or "kind")
                && !JsonNode.DeepEquals(value[field], old[field]));
        value["metadata"]!["generation"] = changed ? generation + 1 : generation;
    }

    internal static IEnumerable<FieldError> Validate(ResourceInfo resource, JsonObject value, JsonObject? old)
    {
        JsonObject meta = value["metadata"]!.AsObject();
        string name = meta.Text("name") ?? "";
        if (old is null && resource.Strategy.NameError(name) is { } badName)
            yield return FieldError.Invalid("metadata.name", name, badName);
        foreach ((string key, string text) in meta.Texts("labels"))
        {
            if (Names.QualifiedNameError(key) is { } badKey)
                yield return FieldError.Invalid("metadata.labels", key, badKey);
            if (Names.LabelValueError(text) is { } badValue)
                yield return FieldError.Invalid("metadata.labels", text, badValue);
        }

        foreach ((string key, _) in meta.Texts("annotations"))
        {
            if (Names.QualifiedNameError(key.ToLowerInvariant()) is { } badKey)
                yield return FieldError.Invalid("metadata.annotations", key, badKey);
        }

        foreach (FieldError error in OwnerErrors(meta))
            yield return error;
        if (old?.Text("metadata", "deletionTimestamp") is not null && AddedFinalizers(meta, old) is { Length: > 0 } added)
            yield return FieldError.Forbidden("metadata.finalizers", AddedText(added));
    }

    private static string AddedText(string[] added) =>
        $"no new finalizers can be added if the object is being deleted, found new finalizers []string{{{string.Join(", ", added.Select(a => $"\"{a}\""))}}}";

    private static string[] AddedFinalizers(JsonObject meta, JsonObject old) =>
    [
        .. meta.Items("finalizers").Select(f => f.Text() ?? "")
            .Except(old.Items("metadata", "finalizers").Select(f => f.Text() ?? "")),
    ];

    private static IEnumerable<FieldError> OwnerErrors(JsonObject meta)
    {
        foreach (JsonNode? owner in meta.Items("ownerReferences"))
        {
            foreach (string field in (string[])["apiVersion", "kind", "name", "uid"])
            {
                if (string.IsNullOrEmpty(owner.Text(field)))
                {
                    yield return FieldError.Invalid(
                        $"metadata.ownerReferences.{field}", "", field == "apiVersion" ? "version must not be empty" : "must not be empty");
                }
            }
        }

        if (meta.Items("ownerReferences").Count(o => o.Flag("controller") == true) > 1)
        {
            yield return FieldError.Invalid(
                "metadata.ownerReferences", meta["ownerReferences"], "Only one reference can have Controller set to true");
        }
    }

    private static ApiStatus? NamespaceError(ApiRequest request, JsonObject meta)
    {
        if (!request.Resource.Namespaced)
        {
            meta.Remove("namespace");
            return null;
        }

        meta.Default("namespace", request.Namespace);
        return meta.Text("namespace") is { } named && named.Length > 0 && named != request.Namespace
            ? ApiStatus.BadRequest(
                $"the namespace of the provided object does not match the namespace sent on the request")
            : null;
    }

    private static string Generate(string prefix, Random chance) =>
        (prefix.Length > 58 ? prefix[..58] : prefix) + MadeUp.Suffix(chance);
}
