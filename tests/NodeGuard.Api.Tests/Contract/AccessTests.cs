using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Contract;

/// <summary>RBAC: who may do what, the words of a refusal, and the reviews that tell beforehand.</summary>
[Collection(ClusterTests.Name)]
public sealed class AccessTests(ClusterFixture cluster)
{
    private const string Reviews = "/apis/authorization.k8s.io/v1";

    [Fact]
    public async Task An_account_without_a_role_is_refused_with_user_verb_resource_and_place()
    {
        using Account account = await Account.NewAsync(cluster);
        string space = account.Namespace;

        RawAnswer list = await account.Api.GetAsync($"/api/v1/namespaces/{space}/pods");
        RawAnswer one = await account.Api.GetAsync($"/apis/apps/v1/namespaces/{space}/deployments/web");
        RawAnswer nodes = await account.Api.GetAsync("/api/v1/nodes");
        RawAnswer evict = await account.Api.PostAsync($"/api/v1/namespaces/{space}/pods/p/eviction", new JsonObject());

        list.ShouldBeRefused(
            403, "Forbidden",
            $"pods is forbidden: User \"{account.User}\" cannot list resource \"pods\" in API group \"\" in the namespace \"{space}\"");
        list["details"].ToJsonString().ShouldBe("""{"kind":"pods"}""");
        one.ShouldBeRefused(
            403, "Forbidden",
            $"deployments.apps \"web\" is forbidden: User \"{account.User}\" cannot get resource \"deployments\" in API group \"apps\" in the namespace \"{space}\"");
        one["details"].ToJsonString().ShouldBe("""{"name":"web","group":"apps","kind":"deployments"}""");
        nodes.ShouldBeRefused(
            403, "Forbidden",
            $"nodes is forbidden: User \"{account.User}\" cannot list resource \"nodes\" in API group \"\" at the cluster scope");
        evict.ShouldBeRefused(
            403, "Forbidden",
            $"pods \"p\" is forbidden: User \"{account.User}\" cannot create resource \"pods/eviction\" in API group \"\" in the namespace \"{space}\"");
    }

    [Fact]
    public async Task A_role_gives_its_verbs_in_its_namespace_and_nowhere_else()
    {
        using Account account = await Account.NewAsync(cluster);
        string other = await cluster.NewNamespaceAsync();
        await account.AllowAsync("""[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list","create"]}]""");
        string maps = $"/api/v1/namespaces/{account.Namespace}/configmaps";

        (await account.SoonAsync(maps)).ShouldBeDone();
        (await account.Api.PostAsync(maps, Answers.Map("a"))).ShouldBeDone(201);

        (await account.Api.DeleteAsync($"{maps}/a")).Code.ShouldBe(403);
        (await account.Api.GetAsync($"{maps}?watch=true")).Code.ShouldBe(403);
        (await account.Api.GetAsync($"/api/v1/namespaces/{other}/configmaps")).Code.ShouldBe(403);
        (await account.Api.GetAsync("/api/v1/configmaps")).Code.ShouldBe(403);
    }

    [Fact]
    public async Task Rules_by_name_and_by_subresource_count()
    {
        using Account account = await Account.NewAsync(cluster);
        await account.AllowAsync("""
            [{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["mine"],"verbs":["get"]},
             {"apiGroups":["apps"],"resources":["deployments/scale"],"verbs":["get"]},
             {"apiGroups":[""],"resources":["*/status"],"verbs":["get"]}]
            """);
        string space = $"/api/v1/namespaces/{account.Namespace}";

        (await account.SoonAsync($"{space}/configmaps/mine")).Code.ShouldBe(404);

        (await account.Api.GetAsync($"{space}/configmaps/yours")).Code.ShouldBe(403);
        string deployment = $"/apis/apps/v1/namespaces/{account.Namespace}/deployments/d";
        (await account.Api.GetAsync($"{deployment}/scale")).Code.ShouldBe(404);
        (await account.Api.GetAsync(deployment)).Code.ShouldBe(403);
        (await account.Api.GetAsync($"{space}/pods/p/status")).Code.ShouldBe(404);
        (await account.Api.GetAsync($"{space}/pods/p")).Code.ShouldBe(403);
    }

    [Fact]
    public async Task A_cluster_role_counts_everywhere_by_a_cluster_binding_and_in_one_namespace_by_a_role_binding()
    {
        using Account account = await Account.NewAsync(cluster);
        string name = $"nodeguard-tests-{account.Namespace}";
        const string Rbac = "/apis/rbac.authorization.k8s.io/v1";
        await cluster.Api.CreateAsync($"{Rbac}/clusterroles", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["rules"] = Answers.Json("""[{"apiGroups":[""],"resources":["secrets"],"verbs":["list"]}]"""),
        });
        try
        {
            await cluster.Api.CreateAsync(
                $"{Rbac}/namespaces/{account.Namespace}/rolebindings", account.Binding("b", "ClusterRole", name));
            (await account.SoonAsync($"/api/v1/namespaces/{account.Namespace}/secrets")).ShouldBeDone();
            (await account.Api.GetAsync("/api/v1/secrets")).Code.ShouldBe(403);
            await cluster.Api.CreateAsync($"{Rbac}/clusterrolebindings", account.Binding(name, "ClusterRole", name));
            (await account.SoonAsync("/api/v1/secrets")).ShouldBeDone();
        }
        finally
        {
            await cluster.Api.DeleteAsync($"{Rbac}/clusterrolebindings/{name}");
            await cluster.Api.DeleteAsync($"{Rbac}/clusterroles/{name}");
        }
    }

    [Fact]
    public async Task The_default_role_view_reads_and_does_not_write_and_sees_no_secrets()
    {
        using Account account = await Account.NewAsync(cluster);
        await cluster.Api.CreateAsync(
            $"/apis/rbac.authorization.k8s.io/v1/namespaces/{account.Namespace}/rolebindings", account.Binding("v", "ClusterRole", "view"));
        string space = $"/api/v1/namespaces/{account.Namespace}";

        (await account.SoonAsync($"{space}/pods")).ShouldBeDone();

        (await account.Api.GetAsync($"/apis/apps/v1/namespaces/{account.Namespace}/deployments")).ShouldBeDone();
        (await account.Api.GetAsync($"/apis/policy/v1/namespaces/{account.Namespace}/poddisruptionbudgets")).ShouldBeDone();
        (await account.Api.GetAsync($"{space}/secrets")).Code.ShouldBe(403);
        (await account.Api.PostAsync($"{space}/configmaps", Answers.Map("a"))).Code.ShouldBe(403);
    }

    [Fact]
    public async Task Access_reviews_say_beforehand_what_would_be_answered_and_by_which_binding()
    {
        using Account account = await Account.NewAsync(cluster);
        await account.AllowAsync("""[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]""");
        await account.SoonAsync($"/api/v1/namespaces/{account.Namespace}/pods");
        string Spec(string verb) =>
            $$$"""{"resourceAttributes":{"verb":"{{{verb}}}","resource":"pods","namespace":"{{{account.Namespace}}}"}}""";

        RawAnswer may = await account.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Review("SelfSubjectAccessReview", Spec("list")));
        RawAnswer mayNot = await account.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Review("SelfSubjectAccessReview", Spec("delete")));
        RawAnswer asked = await cluster.Api.PostAsync(
            $"{Reviews}/subjectaccessreviews",
            Review("SubjectAccessReview", Spec("list")[..^1] + $$$""","user":"{{{account.User}}}"}"""));
        RawAnswer admin = await cluster.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Review("SelfSubjectAccessReview", Spec("delete")));

        may.ShouldBeDone(201)["status"].ToJsonString().ShouldBe(
            Said($"RBAC: allowed by RoleBinding \"role/{account.Namespace}\" of Role \"role\" to ServiceAccount \"robot/{account.Namespace}\""));
        mayNot.ShouldBeDone(201)["status"].ToJsonString().ShouldBe("""{"allowed":false}""");
        asked["status"]["allowed"]!.GetValue<bool>().ShouldBeTrue();
        admin["status"]["allowed"]!.GetValue<bool>().ShouldBeTrue();
        (await account.Api.PostAsync($"{Reviews}/subjectaccessreviews", Review("SubjectAccessReview", """{"user":"a"}"""))).Code.ShouldBe(403);
    }

    [Fact]
    public async Task A_path_that_is_no_resource_can_be_asked_for_too()
    {
        using Account account = await Account.NewAsync(cluster);
        JsonObject Ask(string path) => Review("SelfSubjectAccessReview", $$$"""{"nonResourceAttributes":{"verb":"get","path":"{{{path}}}"}}""");

        RawAnswer version = await account.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Ask("/version"));
        RawAnswer logs = await account.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Ask("/logs"));

        version["status"]["allowed"]!.GetValue<bool>().ShouldBeTrue();
        logs["status"]["allowed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task The_rules_review_lists_what_one_may_do_in_a_namespace()
    {
        using Account account = await Account.NewAsync(cluster);
        await account.AllowAsync("""[{"apiGroups":[""],"resources":["pods"],"verbs":["list"],"resourceNames":["a"]}]""");
        JsonObject review = Review("SelfSubjectRulesReview", $$$"""{"namespace":"{{{account.Namespace}}}"}""");

        RawAnswer rules = await Until.AnswerAsync(
            () => account.Api.PostAsync($"{Reviews}/selfsubjectrulesreviews", review),
            a => a["status"]["resourceRules"]!.ToJsonString().Contains("\"pods\"", StringComparison.Ordinal),
            "the rules have the role's");

        rules.ShouldBeDone(201);
        rules["status"]["incomplete"]!.GetValue<bool>().ShouldBeFalse();
        rules["status"]["resourceRules"]!.AsArray().Select(r => r!.ToJsonString()).ShouldContain(
            """{"verbs":["list"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}""");
        rules["status"]["resourceRules"]!.ToJsonString().ShouldContain("selfsubjectaccessreviews");
        rules["status"]["nonResourceRules"]!.ToJsonString().ShouldContain("/version");
    }

    [Fact]
    public async Task Whoami_tells_name_and_groups()
    {
        using Account account = await Account.NewAsync(cluster);
        var review = new JsonObject { ["apiVersion"] = "authentication.k8s.io/v1", ["kind"] = "SelfSubjectReview" };

        RawAnswer who = await account.Api.PostAsync("/apis/authentication.k8s.io/v1/selfsubjectreviews", review);

        who.ShouldBeDone(201);
        JsonNode user = who["status"]["userInfo"]!;
        user["username"]!.ToString().ShouldBe(account.User);
        user["groups"]!.ToJsonString().ShouldBe(
            $$$"""["system:serviceaccounts","system:serviceaccounts:{{{account.Namespace}}}","system:authenticated"]""");
        user["uid"]!.ToString().Length.ShouldBe(36);
        user["extra"]!["authentication.kubernetes.io/credential-id"]![0]!.ToString().ShouldStartWith("JTI=");
    }

    [Fact]
    public async Task A_review_of_neither_resource_nor_path_is_invalid()
    {
        RawAnswer refused = await cluster.Api.PostAsync($"{Reviews}/selfsubjectaccessreviews", Review("SelfSubjectAccessReview", "{}"));

        refused.Code.ShouldBe(422, refused.Text);
        refused.Causes().ShouldBe(
        [
            "spec.resourceAttributes: FieldValueInvalid: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
        ]);
    }

    [Fact]
    public async Task A_role_reference_cannot_be_changed_and_must_name_a_role()
    {
        using Account account = await Account.NewAsync(cluster);
        await account.AllowAsync("""[{"apiGroups":[""],"resources":["pods"],"verbs":["list"]}]""");
        string bindings = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{account.Namespace}/rolebindings";

        RawAnswer changed = await cluster.Api.PatchAsync($"{bindings}/role", Answers.Json("""{"roleRef":{"name":"other"}}"""));
        RawAnswer wrong = await cluster.Api.PostAsync(bindings, account.Binding("b", "Pod", "p"));

        changed.Code.ShouldBe(422);
        changed.Causes().Single().ShouldEndWith("cannot change roleRef");
        wrong.Code.ShouldBe(422);
        wrong.Causes().ShouldBe(
            ["roleRef.kind: FieldValueNotSupported: Unsupported value: \"Pod\": supported values: \"Role\", \"ClusterRole\""]);
    }

    private static string Said(string reason) =>
        new JsonObject { ["allowed"] = true, ["reason"] = reason }.ToJsonString();

    private static JsonObject Review(string kind, string spec) => new()
    {
        ["apiVersion"] = "authorization.k8s.io/v1",
        ["kind"] = kind,
        ["spec"] = Answers.Json(spec),
    };
}
