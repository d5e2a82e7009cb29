using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Housekeeping;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Eviction;

/// <summary>
/// `POST pods/NAME/eviction`. As on a real server the budget is spent before the deletion is tried, so a failed
/// precondition costs a disruption until the budget's controller notices.
/// </summary>
public static class EvictionSubresource
{
    private const int MaxAttempts = 20;

    public static Subresource Definition { get; } = new("policy", "v1", "Eviction", ["create"], Handle);

    public static ApiResult Handle(Cluster cluster, ApiRequest request, JsonObject? body)
    {
        if (Refuse(request, body) is { } wrong)
            return wrong;
        if (DeleteOptionsBody.Read(request, body.Child("deleteOptions"), out DeleteOptions options, out bool dryRun) is { } bad)
            return bad;
        if (NamespaceTermination.Refuse(cluster, request) is { } terminating)
            return terminating;
        ApiRequest evict = request with { Subresource = "", Verb = "delete", DryRun = dryRun };
        for (int attempt = 1; ; attempt++)
        {
            ApiResult? result = Try(cluster, evict, options);
            if (result is not null)
                return result.Value;
            if (attempt == MaxAttempts)
                return new ApiStatus(504, "Timeout", "couldn't evict the pod due to conflicts") { RetryAfterSeconds = 10 };
        }
    }

    private static ApiStatus? Refuse(ApiRequest request, JsonObject? body)
    {
        if (body is null)
        {
            return ApiStatus.BadRequest(
                "the object provided is unrecognized (must be of type Eviction): couldn't get version/kind; "
                + "json parse error: unexpected end of JSON input (<empty>)");
        }

        string version = body.Text("apiVersion") ?? "policy/v1";
        string kind = body.Text("kind") ?? "Eviction";
        if (kind != "Eviction" || version is not ("policy/v1" or "policy/v1beta1"))
        {
            string form = version[(version.LastIndexOf('/') + 1)..];
            return ApiStatus.BadRequest(
                $"{kind} in version \"{form}\" cannot be handled as a Eviction: "
                + $"converting ({form}.{kind}) to (policy.Eviction): unknown conversion");
        }

        if (body.Text("metadata", "namespace") is { Length: > 0 } other && other != request.Namespace)
            return ApiStatus.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        return body.Text("metadata", "name") is { Length: > 0 } named && named == request.Name
            ? null
            : ApiStatus.BadRequest("name in URL does not match name in Eviction object");
    }

    /// <summary>Null when another writer was faster and the caller may try again.</summary>
    private static ApiResult? Try(Cluster cluster, ApiRequest request, DeleteOptions options)
    {
        if (cluster.Store.Get(request.Resource.StorageKey, request.Key) is not { } pod)
            return ApiStatus.NotFound(request.Resource, request.Name);
        if (EvictionRules.BypassesBudgets(pod.Value))
            return DeleteUnguarded(cluster, request, options, pod);
        ResourceInfo budgets = cluster.Resources.Get("policy", "v1", "poddisruptionbudgets");
        StoredObject[] selecting =
        [
            .. cluster.Store.Snapshot(budgets.StorageKey).Objects(request.Namespace)
                .Where(b => BudgetSelector.Selects(b.Value, pod.Value)),
        ];
        EvictionVerdict verdict =
            EvictionRules.Decide(pod.Value, [.. selecting.Select(b => b.Value)], cluster.Clock.GetUtcNow());
        if (verdict.Refused is { } refused)
            return refused;
        if (verdict.Spent is { } spent && !request.DryRun
            && cluster.Store.Update(budgets.StorageKey, selecting[0], spent).Outcome != StoreOutcome.Done)
            return null;
        ApiResult deleted = Delete(cluster, request, verdict.PinVersion ? Pin(options, pod) : options);
        return deleted.Code == 409 && verdict.PinVersion && options.PreconditionResourceVersion is null
            ? EvictionRules.StillProcessed(verdict.Budget)
            : deleted;
    }

    private static ApiResult? DeleteUnguarded(Cluster cluster, ApiRequest request, DeleteOptions options, StoredObject pod)
    {
        bool pin = options.PreconditionResourceVersion is null && EvictionRules.MayBecomeReady(pod.Value);
        ApiResult deleted = Delete(cluster, request, pin ? Pin(options, pod) : options);
        bool lost = deleted.Code == 409 && pin
            && cluster.Store.Get(request.Resource.StorageKey, request.Key)?.Revision != pod.Revision;
        return lost ? default(ApiResult?) : deleted;
    }

    private static DeleteOptions Pin(DeleteOptions options, StoredObject pod) =>
        options with { PreconditionResourceVersion = pod.Value.Text("metadata", "resourceVersion") };

    private static ApiResult Delete(Cluster cluster, ApiRequest request, DeleteOptions options)
    {
        if (!request.DryRun)
        {
            ApiResult marked = cluster.Write.Update(
                request with { Verb = "update", Subresource = "status" },
                pod => DisruptionTarget.Mark(request.Name, pod, options, cluster.Clock.GetUtcNow()));
            if (!marked.Succeeded)
                return marked;
            if (options.PreconditionResourceVersion is not null)
                options = options with { PreconditionResourceVersion = marked.Object.Text("metadata", "resourceVersion") };
        }

        ApiResult deleted = cluster.Write.Delete(request, options);
        return deleted.Succeeded ? new ApiStatus(201, "", "") : deleted;
    }
}
