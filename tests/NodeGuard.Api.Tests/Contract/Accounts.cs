using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>A service account, and requests with its token.</summary>
internal sealed class Account(ClusterFixture cluster, string @namespace, string name, RawApi api) : IDisposable
{
    public RawApi Api => api;

    public string Namespace => @namespace;

    public string User => $"system:serviceaccount:{@namespace}:{name}";

    public string TokenPath => $"/api/v1/namespaces/{@namespace}/serviceaccounts/{name}/token";

    public static async Task<Account> NewAsync(ClusterFixture cluster, string name = "robot")
    {
        string @namespace = await cluster.NewNamespaceAsync("rbac");
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{@namespace}/serviceaccounts", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
        });
        string path = $"/api/v1/namespaces/{@namespace}/serviceaccounts/{name}/token";
        RawAnswer token = await cluster.Api.CreateAsync(path, Request("{}"));
        return new Account(cluster, @namespace, name, RawApi.FromKubeconfig(cluster.Kubeconfig, (string)token["status"]["token"]!));
    }

    public static JsonObject Request(string spec) => new()
    {
        ["apiVersion"] = "authentication.k8s.io/v1",
        ["kind"] = "TokenRequest",
        ["spec"] = Answers.Json(spec),
    };

    /// <summary>Grants rules in the account's namespace.</summary>
    public async Task AllowAsync(string rules, string role = "role")
    {
        string path = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{@namespace}";
        await cluster.Api.CreateAsync($"{path}/roles", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = role },
            ["rules"] = Answers.Json(rules),
        });
        await cluster.Api.CreateAsync($"{path}/rolebindings", Binding(role, "Role", role));
    }

    public JsonObject Binding(string binding, string kind, string role) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = binding },
        ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = kind, ["name"] = role },
        ["subjects"] = new JsonArray(new JsonObject { ["kind"] = "ServiceAccount", ["namespace"] = @namespace, ["name"] = name }),
    };

    /// <summary>Asks until the server's authorizer, which follows the roles a moment later, lets it through.</summary>
    public Task<RawAnswer> SoonAsync(string path) => Until.AnswerAsync(() => api.GetAsync(path), a => a.Code != 403, $"{User} may get {path}");

    public void Dispose() => api.Dispose();
}
