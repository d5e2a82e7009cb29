using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Ownership;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>What a writer makes of the current object: the wanted one, which it owns, or a refusal.</summary>
public readonly record struct Edit(JsonObject? Object, ApiStatus? Refused)
{
    public static implicit operator Edit(JsonObject value) => FromJsonObject(value);

    public static implicit operator Edit(ApiStatus refused) => FromApiStatus(refused);

    public static Edit FromJsonObject(JsonObject value) => new(value, null);

    public static Edit FromApiStatus(ApiStatus refused) => new(null, refused);
}

/// <summary>
/// The way of a write: defaults, admission, what the resource's strategy prepares and validates, and a compare-and-swap
/// into the store that is tried again when somebody else was faster and the writer named no version.
/// </summary>
public sealed class WritePipeline(Cluster cluster)
{
    // A body of a million empty containers has more of them than an answer should.
    private const int MaxErrors = 1000;

    private const int MaxAttempts = 1000;

    /// <summary>Creates an object, which belongs to the pipeline from now on.</summary>
    public ApiResult Create(ApiRequest request, JsonObject value)
    {
        ResourceInfo resource = request.Resource;
        for (int attempt = 0; ; attempt++)
        {
            JsonObject candidate = value.Clone();
            if (ObjectMeta.ForCreate(request, candidate, cluster.Clock.GetUtcNow(), cluster.Chance) is { } unnamed)
                return unnamed;
            string name = candidate.Text("metadata", "name")!;
            ApiRequest named = request with { Name = name };
            resource.Strategy.SetDefaults(named, candidate);
            if (Admit(new AdmissionReview(cluster, named, candidate, null)) is { } refused)
                return refused;
            resource.Strategy.PrepareForCreate(named, candidate);
            if (Validate(named, candidate, null) is { } invalid)
                return invalid;
            FieldOwnership.Track(named, candidate, null, cluster.Clock.GetUtcNow());
            if (request.DryRun)
            {
                return cluster.Store.Get(resource.StorageKey, named.Key) is null
                    ? ApiResult.Of(candidate, 201)
                    : ApiStatus.AlreadyExists(resource, name);
            }

            StoreResult result = cluster.Store.Create(resource.StorageKey, named.Key, candidate);
            if (result.Outcome == StoreOutcome.Done)
                return ApiResult.Of(result.Object!, 201);
            if (value.Text("metadata", "name") is { Length: > 0 } || attempt >= 8)
                return ApiStatus.AlreadyExists(resource, name);
        }
    }

    /// <summary>
    /// Updates an object. The edit gets the current one, never changes it, and may be called several times. A version
    /// or uid in its result must be the current one.
    /// </summary>
    public ApiResult Update(ApiRequest request, Func<JsonObject, Edit> edit)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (cluster.Store.Get(request.Resource.StorageKey, request.Key) is not { } current)
                return ApiStatus.NotFound(request.Resource, request.Name);
            Edit edited = edit(current.Value);
            if (edited.Refused is { } refused)
                return refused;
            if (edited.Object!.Text("metadata", "resourceVersion") is { Length: > 0 } version
                && version != current.Value.Text("metadata", "resourceVersion"))
            {
                return ApiStatus.Modified(request.Resource, request.Name);
            }

            if (TryUpdate(request, current, edited.Object!) is { } result)
                return result;
        }

        return ApiStatus.Modified(request.Resource, request.Name);
    }

    /// <summary>Deletes an object, or marks it where finalizers or a grace period hold it.</summary>
    public ApiResult Delete(ApiRequest request, DeleteOptions options)
    {
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (cluster.Store.Get(request.Resource.StorageKey, request.Key) is not { } current)
                return ApiStatus.NotFound(request.Resource, request.Name);
            if (options.Unmet(current.Value) is { } unmet)
                return ApiStatus.PreconditionFailed(request.Resource, request.Name, unmet);
            if (Admit(new AdmissionReview(cluster, request, null, current)) is { } refused)
                return refused;
            if (TryDelete(request, current, options) is { } result)
                return result;
        }

        return ApiStatus.Modified(request.Resource, request.Name);
    }

    private ApiStatus? Admit(AdmissionReview review)
    {
        foreach (IAdmissionStep step in cluster.Admission)
        {
            if (step.Admit(review) is { } refused)
                return refused;
        }

        return null;
    }

    private static ApiStatus? Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        FieldError[] errors =
        [
            .. ObjectMeta.Validate(request.Resource, value, old)
                .Concat(request.Resource.Strategy.Validate(request, value, old))
                .Take(MaxErrors),
        ];
        return errors.Length == 0 ? null : ApiStatus.Invalid(request.Resource, request.Name, errors);
    }

    /// <summary>Null when another writer was faster.</summary>
    private ApiResult? TryUpdate(ApiRequest request, StoredObject current, JsonObject value)
    {
        ResourceInfo resource = request.Resource;
        if (ObjectMeta.ForUpdate(request, value, current.Value) is { } wrong)
            return wrong;
        resource.Strategy.SetDefaults(request, value);
        if (Admit(new AdmissionReview(cluster, request, value, current)) is { } refused)
            return refused;
        resource.Strategy.PrepareForUpdate(request, value, current.Value);
        ObjectMeta.SetGeneration(resource, value, current.Value);
        if (Validate(request, value, current.Value) is { } invalid)
            return invalid;
        FieldOwnership.Track(request, value, current.Value, cluster.Clock.GetUtcNow());
        value["metadata"]!["resourceVersion"] = current.Value.Text("metadata", "resourceVersion");
        if (JsonNode.DeepEquals(value, current.Value))
            return ApiResult.Of(current);
        if (request.DryRun)
            return ApiResult.Of(value);
        if (resource.Strategy.IsFinished(value))
            return Answer(request, cluster.Store.Delete(resource.StorageKey, current));
        return Answer(request, cluster.Store.Update(resource.StorageKey, current, value));
    }

    private ApiResult? TryDelete(ApiRequest request, StoredObject current, DeleteOptions options)
    {
        ResourceInfo resource = request.Resource;
        long grace = resource.Strategy.GracePeriodSeconds(current.Value, options);
        JsonObject marked = Deletion.Mark(current.Value, grace, options, cluster.Clock.GetUtcNow());
        resource.Strategy.PrepareForDelete(request, marked);
        if (resource.Strategy.IsFinished(marked))
        {
            if (!request.DryRun && Answer(request, cluster.Store.Delete(resource.StorageKey, current)) is not { Succeeded: true })
                return null;
            return resource.Strategy.ReturnsDeletedObject ? ApiResult.Of(marked) : Deletion.Success(resource, current.Value);
        }

        if (request.DryRun)
            return ApiResult.Of(marked);
        return JsonNode.DeepEquals(marked, current.Value)
            ? ApiResult.Of(current)
            : Answer(request, cluster.Store.Update(resource.StorageKey, current, marked));
    }

    private static ApiResult? Answer(ApiRequest request, StoreResult result) => result.Outcome switch
    {
        StoreOutcome.Conflict => (ApiResult?)null,
        StoreOutcome.NotFound => ApiStatus.NotFound(request.Resource, request.Name),
        _ => ApiResult.Of(result.Object!),
    };
}
