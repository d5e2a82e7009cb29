using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>
/// A PATCH of type apply: the fields of the configuration become the manager's, those that it applied before and left out
/// go, and a change of what others own is a conflict unless it is forced.
/// </summary>
internal static class ServerSideApply
{
    private const int MaxAttempts = 100;

    /// <summary>Applies, creating the object where it is absent.</summary>
    public static ApiResult Serve(Cluster cluster, ApiRequest request, JsonNode body, IReadOnlyList<string> duplicates)
    {
        if (Refuse(request, body) is { } refused)
            return refused;
        var config = (JsonObject)body;
        if (FieldChecks.Check(request, config, duplicates) is { } wrong)
            return wrong;
        if (request.Resource.HasStatus && request.Subresource.Length == 0)
            config.Remove("status");
        ApiRequest apply = request with { IsApply = true };
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            ApiResult result = cluster.Store.Get(request.Resource.StorageKey, request.Key) is null && request.Subresource.Length == 0
                ? Create(cluster, apply, config)
                : cluster.Write.Update(apply, current => Edit(apply, config, current, cluster.Clock.GetUtcNow()));
            if (result.Code is not (404 or 409) || result.Status?.Reason is not ("AlreadyExists" or "NotFound") || request.Subresource.Length > 0)
                return result;
        }

        return ApiStatus.Modified(request.Resource, request.Name);
    }

    private static ApiStatus? Refuse(ApiRequest request, JsonNode body)
    {
        if (!request.NamesFieldManager)
        {
            return new ApiStatus(
                422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch")
            {
                Group = "meta.k8s.io",
                Kind = "PatchOptions",
                Causes = [new("FieldValueRequired", "Required value: is required for apply patch", "fieldManager")],
            };
        }

        if (body is not JsonObject config)
            return ApiStatus.BadRequest("the applied configuration must be an object");
        if (config.At("metadata", "managedFields") is not null)
            return ApiStatus.BadRequest("metadata.managedFields must be nil");
        return null;
    }

    private static ApiResult Create(Cluster cluster, ApiRequest request, JsonObject config)
    {
        JsonObject value = config.Clone();
        value.Ensure("metadata").Default("name", request.Name);
        FieldType type = BuiltInTypes.Of(request.Resource);
        ManagedFields.Set(value, [Applier(request, FieldSets.Of(config, type, containers: false), cluster.Clock.GetUtcNow())]);
        return cluster.Write.Create(request, request.Resource.ToStorage?.Invoke(value) ?? value);
    }

    private static Edit Edit(ApiRequest request, JsonObject config, JsonObject current, DateTimeOffset now)
    {
        ResourceInfo resource = request.Resource;
        FieldType type = BuiltInTypes.Of(resource);
        JsonObject live = resource.FromStorage?.Invoke(current) ?? current;
        List<Owner> owners = ManagedFields.Of(live);
        FieldSet applied = FieldSets.Of(config, type, containers: false);
        Owner mine = Applier(request, applied, now);
        Owner? before = owners.FirstOrDefault(o => o.IsSameAs(mine));
        owners.RemoveAll(o => o.IsSameAs(mine));

        JsonObject merged = AppliedMerge.Merge(live, config, type);
        if (before is not null)
        {
            FieldSet left = owners.Aggregate(before.Fields.Without(applied), (rest, o) => rest.Without(o.Fields));
            AppliedMerge.Remove(merged, left, type);
        }

        (FieldSet changed, FieldSet removed) = FieldSets.Compare(live, merged, type);
        (Owner Owner, FieldSet Fields)[] conflicts =
            [.. owners.Select(o => (o, o.Fields.Both(changed).Both(applied))).Where(c => !c.Item2.IsEmpty)];
        if (conflicts.Length > 0 && !request.Force)
            return Conflict(conflicts);
        bool same = changed.IsEmpty && removed.IsEmpty && before?.Fields.SameAs(applied) == true;
        ManagedFields.Set(
            merged,
            [.. owners.Select(o => o with { Fields = o.Fields.Without(changed.Both(applied)).Without(removed) }), same ? before! : mine]);
        return resource.ToStorage?.Invoke(merged) ?? merged;
    }

    private static Owner Applier(ApiRequest request, FieldSet fields, DateTimeOffset now) =>
        new(request.FieldManager, Owner.Apply, request.Resource.ApiVersion, request.Subresource)
        {
            Time = now.ToKubernetesTime(),
            Fields = fields,
        };

    private static ApiStatus Conflict((Owner Owner, FieldSet Fields)[] conflicts)
    {
        StatusCause[] causes =
        [
            .. conflicts.SelectMany(c => c.Fields.Paths()
                .Select(path => new StatusCause("FieldManagerConflict", $"conflict with {c.Owner.Described()}", path))),
        ];
        string plural = causes.Length == 1 ? "" : "s";
        IEnumerable<string> each = conflicts.Select(c => (c.Owner, Paths: c.Fields.Paths().ToArray())).Select(c =>
            c.Paths.Length == 1 && causes.Length == 1
                ? $"conflict with {c.Owner.Described()}: {c.Paths[0]}"
                : $"conflicts with {c.Owner.Described()}:{string.Concat(c.Paths.Select(p => $"\n- {p}"))}");
        return new ApiStatus(409, "Conflict", $"Apply failed with {causes.Length} conflict{plural}: {string.Join('\n', each)}")
        {
            Causes = causes,
        };
    }
}
