using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>`serviceaccounts/NAME/token`, and the TokenReview of any token that the server takes.</summary>
/// <param name="tokens">Those of service accounts.</param>
/// <param name="userOf">Who a token of any kind is; null for none.</param>
internal sealed class TokenRequests(ServiceAccountTokens tokens, Func<string, UserInfo?> userOf)
{
    private const string Group = "authentication.k8s.io";
    private const long MinSeconds = 600;
    private const long MaxSeconds = 1L << 32;

    public Subresource Subresource => new(Group, "v1", "TokenRequest", ["create"], Request);

    public ResourceInfo ReviewResource => AccessReviews.Review(Group, "TokenReview", false, (_, _, body) => Review(body));

    private ApiResult Request(Cluster cluster, ApiRequest request, JsonObject? body)
    {
        ResourceInfo accounts = request.Resource;
        if (cluster.Store.Get(accounts.StorageKey, request.Key) is not { } account)
            return ApiStatus.NotFound(accounts, request.Name);
        JsonObject asked = body?.Clone() ?? [];
        JsonObject spec = asked.Ensure("spec");
        long seconds = spec.Number("expirationSeconds") ?? 3600;
        if (Length(seconds) is { } wrong)
            return wrong;
        var bound = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        if (spec["boundObjectRef"] is JsonObject reference && Bind(cluster, request, reference, bound) is { } refused)
            return refused;
        string[] audiences = [.. spec.Items("audiences").Select(a => a.Text() ?? "")];
        if (audiences.Length == 0)
            audiences = [ServiceAccountTokens.Issuer];
        DateTimeOffset now = cluster.Clock.GetUtcNow();
        return ApiResult.Of(
            new JsonObject
            {
                ["kind"] = "TokenRequest",
                ["apiVersion"] = $"{Group}/v1",
                ["metadata"] = Meta(account.Value, now),
                ["spec"] = new JsonObject
                {
                    ["audiences"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
                    ["expirationSeconds"] = seconds,
                    ["boundObjectRef"] = spec["boundObjectRef"]?.DeepClone(),
                },
                ["status"] = new JsonObject
                {
                    ["token"] = request.DryRun ? "" : tokens.Make(account.Value, audiences, TimeSpan.FromSeconds(seconds), bound),
                    ["expirationTimestamp"] = now.AddSeconds(seconds).ToKubernetesTime(),
                },
            },
            201);
    }

    /// <summary>With the slash that the server writes for the core group too.</summary>
    private static string GroupVersion(JsonObject reference) =>
        reference.Text("apiVersion") is { } version && version.Contains('/', StringComparison.Ordinal) ? version : $"/{reference.Text("apiVersion")}";

    private static JsonObject Meta(JsonObject account, DateTimeOffset now) => new()
    {
        ["name"] = account.Text("metadata", "name"),
        ["namespace"] = account.Text("metadata", "namespace"),
        ["uid"] = account.Text("metadata", "uid"),
        ["creationTimestamp"] = now.ToKubernetesTime(),
    };

    private static ApiStatus? Length(long seconds)
    {
        string? wrong = seconds < MinSeconds ? "may not specify a duration less than 10 minutes"
            : seconds > MaxSeconds ? "may not specify a duration larger than 2^32 seconds"
            : null;
        if (wrong is null)
            return null;
        var error = FieldError.Invalid("spec.expirationSeconds", seconds, wrong);
        return new ApiStatus(422, "Invalid", $"TokenRequest.{Group} \"\" is invalid: {error.Path}: {error.Message}")
        {
            Group = Group,
            Kind = "TokenRequest",
            Causes = [new StatusCause(error.Reason, error.Message, error.Path)],
        };
    }

    /// <summary>Finds what the token is bound to; a pod brings the node that it runs on.</summary>
    private static ApiStatus? Bind(
        Cluster cluster, ApiRequest request, JsonObject reference, Dictionary<string, JsonObject> bound)
    {
        string kind = reference.Text("kind") ?? "";
        string name = reference.Text("name") ?? "";
        if (reference.Text("apiVersion") is not (null or "v1") || kind is not ("Pod" or "Node" or "Secret"))
            return ApiStatus.BadRequest($"cannot bind token to object of type {GroupVersion(reference)}, Kind={kind}");
        ResourceInfo resource = cluster.Resources.Get("", "v1", kind.ToLowerInvariant() + "s");
        if (cluster.Store.Get(resource.StorageKey, resource.KeyOf(request.Namespace, name)) is not { } found)
            return ApiStatus.NotFound(resource, name);
        if (kind == "Pod" && (found.Value.Text("spec", "serviceAccountName") ?? "default") != request.Name)
        {
            return ApiStatus.BadRequest(
                $"cannot bind token for serviceaccount \"{request.Name}\" to pod running with different serviceaccount name.");
        }

        if (reference.Text("uid") is { Length: > 0 } uid && uid != found.Value.Text("metadata", "uid"))
        {
            return new ApiStatus(
                409, "Conflict",
                $"Operation cannot be fulfilled on {kind} \"{name}\": the UID in the bound object reference ({uid}) does not "
                + "match the UID in record. The object might have been deleted and then recreated")
            {
                Name = name,
                Kind = kind,
            };
        }

        bound[kind.ToLowerInvariant()] = found.Value;
        if (kind == "Pod" && found.Value.Text("spec", "nodeName") is { Length: > 0 } node)
            bound["node"] = NodeOf(cluster, node);
        return null;
    }

    /// <summary>A node that is not registered is named without its uid.</summary>
    private static JsonObject NodeOf(Cluster cluster, string name)
    {
        StoredObject? node = cluster.Store.Get(cluster.Resources.Get("", "v1", "nodes").StorageKey, name);
        return node?.Value ?? new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } };
    }

    private ApiResult Review(JsonObject review)
    {
        if (review.Text("spec", "token") is not { Length: > 0 } token)
            return ApiStatus.BadRequest("token is required for TokenReview in authentication");
        string[] wanted = [.. review.Items("spec", "audiences").Select(a => a.Text() ?? "")];
        (UserInfo User, string[] Audiences)? known = tokens.ReadWithAudiences(token)
            ?? (userOf(token) is { } user ? (user, [ServiceAccountTokens.Issuer]) : null);
        string[] common = known is null ? []
            : [.. (wanted.Length == 0 ? [ServiceAccountTokens.Issuer] : wanted).Intersect(known.Value.Audiences)];
        review["status"] = known is { } found && common.Length > 0
            ? new JsonObject
            {
                ["authenticated"] = true,
                ["user"] = AccessReviews.UserJson(found.User),
                ["audiences"] = new JsonArray([.. common.Select(a => (JsonNode)a)]),
            }
            : new JsonObject { ["user"] = new JsonObject(), ["error"] = "invalid bearer token" };
        return ApiResult.Of(review, 201);
    }
}
