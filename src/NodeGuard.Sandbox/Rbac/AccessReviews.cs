using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>The reviews of `authorization.k8s.io`, and who one is (`kubectl auth whoami`).</summary>
internal sealed class AccessReviews(RbacAuthorizer authorizer)
{
    public IEnumerable<ResourceInfo> Resources() =>
    [
        Review("authorization.k8s.io", "SelfSubjectAccessReview", false, (_, r, body) => Access(body, r.User)),
        Review("authorization.k8s.io", "SubjectAccessReview", false, (_, r, body) => Subject(r, body)),
        Review("authorization.k8s.io", "LocalSubjectAccessReview", true, (_, r, body) => Subject(r, body)),
        Review("authorization.k8s.io", "SelfSubjectRulesReview", false, (_, r, body) => Rules(body, r.User)),
        Review("authentication.k8s.io", "SelfSubjectReview", false, (_, r, body) => WhoAmI(body, r.User)),
    ];

    internal static ResourceInfo Review(
        string group, string kind, bool namespaced, Func<Cluster, ApiRequest, JsonObject, ApiResult> answer) => new()
        {
            Group = group,
            Version = "v1",
            Plural = kind.ToLowerInvariant() + "s",
            Singular = kind.ToLowerInvariant(),
            Kind = kind,
            Namespaced = namespaced,
            Verbs = ["create"],
            Review = (cluster, request, body) => answer(cluster, request, Typed(body, group, kind)),
        };

    internal static JsonObject UserJson(UserInfo user)
    {
        var json = new JsonObject { ["username"] = user.Name };
        if (user.Uid.Length > 0)
            json["uid"] = user.Uid;
        json["groups"] = Texts(user.Groups);
        if (user.Extra.Count > 0)
        {
            var extra = new JsonObject();
            foreach ((string key, IReadOnlyList<string> values) in user.Extra)
                extra[key] = Texts(values);
            json["extra"] = extra;
        }

        return json;
    }

    private static JsonObject Typed(JsonObject body, string group, string kind)
    {
        JsonObject typed = body.Clone();
        typed["kind"] = kind;
        typed["apiVersion"] = $"{group}/v1";
        typed.Ensure("metadata");
        return typed;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private ApiResult Access(JsonObject review, UserInfo user)
    {
        JsonObject spec = review.Ensure("spec");
        if (spec.ContainsKey("resourceAttributes") == spec.ContainsKey("nonResourceAttributes"))
        {
            return Wrong(FieldError.Invalid(
                "spec.resourceAttributes", null, "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
        }

        bool allowed = authorizer.Allows(AccessQuestion.Of(user, spec), out string why);
        var status = new JsonObject { ["allowed"] = allowed };
        if (why.Length > 0)
            status["reason"] = why;
        review["status"] = status;
        return ApiResult.Of(review, 201);
    }

    private ApiResult Subject(ApiRequest request, JsonObject review)
    {
        JsonObject spec = review.Ensure("spec");
        string name = spec.Text("user") ?? "";
        string[] groups = [.. spec.Items("groups").Select(g => g.Text() ?? "")];
        if (name.Length == 0 && groups.Length == 0)
            return Wrong(FieldError.Invalid("spec.user", "", "at least one of user or group must be specified"));
        string @namespace = spec.Text("resourceAttributes", "namespace") ?? "";
        if (request.Resource.Namespaced && @namespace != request.Namespace)
        {
            return ApiStatus.BadRequest(
                $"spec.resourceAttributes.namespace must match namespace: {request.Namespace}");
        }

        return Access(review, new UserInfo(name, groups));
    }

    private static ApiStatus Wrong(FieldError error) =>
        new(422, "Invalid", $".authorization.k8s.io \"\" is invalid: {error.Path}: {error.Message}")
        {
            Group = "authorization.k8s.io",
            Causes = [new StatusCause(error.Reason, error.Message, error.Path)],
        };

    private ApiResult Rules(JsonObject review, UserInfo user)
    {
        string @namespace = review.Text("spec", "namespace") ?? "";
        if (@namespace.Length == 0)
            return ApiStatus.BadRequest("no namespace on request");
        JsonNode?[] rules = [.. authorizer.Grants(user, @namespace).SelectMany(g => g.Rules)];
        review["spec"] = new JsonObject();
        review["status"] = new JsonObject
        {
            ["resourceRules"] = Part(rules, "resources", ["verbs", "apiGroups", "resources", "resourceNames"]),
            ["nonResourceRules"] = Part(rules, "nonResourceURLs", ["verbs", "nonResourceURLs"]),
            ["incomplete"] = false,
        };
        return ApiResult.Of(review, 201);
    }

    private static JsonArray Part(IEnumerable<JsonNode?> rules, string needs, string[] fields)
    {
        var part = new JsonArray();
        foreach (JsonNode? rule in rules.Where(r => r.Items(needs).Any()))
        {
            var shown = new JsonObject();
            foreach (string field in fields)
                shown.CopyFrom(rule!.AsObject(), field);
            part.Add((JsonNode)shown);
        }

        return part;
    }

    private static ApiResult WhoAmI(JsonObject review, UserInfo user)
    {
        review["status"] = new JsonObject { ["userInfo"] = UserJson(user) };
        return ApiResult.Of(review, 201);
    }
}
