using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Rbac;

/// <summary>The roles that people expect in every cluster; a small part of a real server's list.</summary>
internal static class DefaultRoles
{
    private const string ReadVerbs = "get,list,watch";
    private const string WriteVerbs = "create,delete,deletecollection,patch,update";

    private static readonly string[] CoreResources =
        ["configmaps", "events", "persistentvolumeclaims", "pods", "pods/log", "pods/status", "serviceaccounts", "services"];

    private static readonly string[] Workloads =
        ["daemonsets", "deployments", "deployments/scale", "replicasets", "replicasets/scale", "statefulsets", "statefulsets/scale"];

    public static void AddTo(Cluster cluster)
    {
        Role(cluster, "cluster-admin", Rule("*", ["*"], ["*"]), Paths("*", ["*"]));
        Role(
            cluster, "system:discovery",
            Paths("get", ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]));
        Role(
            cluster, "system:basic-user",
            Rule("create", ["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
            Rule("create", ["authentication.k8s.io"], ["selfsubjectreviews"]));
        AggregatedRole(cluster, "view", ["edit"], [.. View()]);
        AggregatedRole(
            cluster, "edit", ["admin"],
            Rule($"{ReadVerbs},{WriteVerbs}", [""], [.. CoreResources.Where(r => !r.Contains('/', StringComparison.Ordinal)), "secrets"]),
            Rule("create", [""], ["pods/eviction", "serviceaccounts/token"]),
            Rule(WriteVerbs, ["apps"], Workloads), Rule(WriteVerbs, ["batch"], ["cronjobs", "jobs"]),
            Rule(WriteVerbs, ["policy"], ["poddisruptionbudgets"]),
            Rule($"{ReadVerbs},{WriteVerbs}", ["coordination.k8s.io"], ["leases"]));
        AggregatedRole(
            cluster, "admin", [],
            Rule($"{ReadVerbs},{WriteVerbs}", ["rbac.authorization.k8s.io"], ["rolebindings", "roles"]),
            Rule("create", ["authorization.k8s.io"], ["localsubjectaccessreviews"]));
        Bind(cluster, "cluster-admin", "cluster-admin", "system:masters");
        Bind(cluster, "system:discovery", "system:discovery", "system:authenticated");
        Bind(cluster, "system:basic-user", "system:basic-user", "system:authenticated");
    }

    private static IEnumerable<JsonObject> View() =>
    [
        Rule(ReadVerbs, [""], [.. CoreResources, "namespaces"]),
        Rule(ReadVerbs, ["apps"], [.. Workloads, "controllerrevisions"]),
        Rule(ReadVerbs, ["batch"], ["cronjobs", "jobs"]),
        Rule(ReadVerbs, ["policy"], ["poddisruptionbudgets"]),
        Rule(ReadVerbs, ["events.k8s.io"], ["events"]),
    ];

    private static JsonObject Rule(string verbs, string[] groups, string[] resources) => new()
    {
        ["verbs"] = Texts(verbs.Split(',')),
        ["apiGroups"] = Texts(groups),
        ["resources"] = Texts(resources),
    };

    private static JsonObject Paths(string verb, string[] paths) => new()
    {
        ["verbs"] = Texts([verb]),
        ["nonResourceURLs"] = Texts(paths),
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static JsonObject Meta(string name, params string[] aggregatedTo)
    {
        var labels = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        foreach (string role in aggregatedTo)
            labels[$"rbac.authorization.k8s.io/aggregate-to-{role}"] = "true";
        return new JsonObject { ["name"] = name, ["labels"] = labels };
    }

    /// <summary>One that others may add to by a label; what it begins with is in a role of its own.</summary>
    private static void AggregatedRole(Cluster cluster, string name, string[] partOf, params JsonObject[] own)
    {
        Create(cluster, "clusterroles", new JsonObject { ["metadata"] = Meta($"system:aggregate-to-{name}", name), ["rules"] = new JsonArray([.. own]) });
        Create(cluster, "clusterroles", new JsonObject
        {
            ["metadata"] = Meta(name, partOf),
            ["aggregationRule"] = new JsonObject
            {
                ["clusterRoleSelectors"] = new JsonArray(new JsonObject
                {
                    ["matchLabels"] = new JsonObject { [$"rbac.authorization.k8s.io/aggregate-to-{name}"] = "true" },
                }),
            },
        });
    }

    private static void Role(Cluster cluster, string name, params JsonObject[] rules) => Create(
        cluster, "clusterroles", new JsonObject { ["metadata"] = Meta(name), ["rules"] = new JsonArray([.. rules]) });

    private static void Bind(Cluster cluster, string name, string role, string group) => Create(
        cluster, "clusterrolebindings", new JsonObject
        {
            ["metadata"] = Meta(name),
            ["roleRef"] = new JsonObject { ["apiGroup"] = "rbac.authorization.k8s.io", ["kind"] = "ClusterRole", ["name"] = role },
            ["subjects"] = new JsonArray(
                new JsonObject { ["kind"] = "Group", ["apiGroup"] = "rbac.authorization.k8s.io", ["name"] = group }),
        });

    /// <summary>What a cluster that was kept has already stays.</summary>
    private static void Create(Cluster cluster, string plural, JsonObject value) => cluster.Write.Create(
        new ApiRequest { Verb = "create", Resource = cluster.Resources.Get("rbac.authorization.k8s.io", "v1", plural) }, value);
}
