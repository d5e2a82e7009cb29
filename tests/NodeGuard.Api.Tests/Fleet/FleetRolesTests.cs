using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>What the shipped roles of the controller and of people allow, asked of the server's own authorizer.</summary>
[Collection(ClusterTests.Name)]
public sealed class FleetRolesTests(ClusterFixture cluster)
{
    private const string Controller = "system:serviceaccount:nodeguard-system:nodeguard-controller";

    /// <summary>Verb, resource with group and subresource, namespace.</summary>
    private static readonly (string Verb, string Resource, string Namespace, bool Allowed)[] Wanted =
    [
        ("patch", "nodes", "", true),
        ("delete", "nodes", "", true),
        ("patch", "nodes/status", "", true),
        ("create", "pods/eviction", "shop", true),
        ("delete", "pods", "shop", false),
        ("create", "pods", "shop", false),
        ("create", "pods/exec", "shop", false),
        ("get", "secrets", "nodeguard-system", true),
        ("list", "secrets", "nodeguard-system", false),
        ("watch", "secrets", "nodeguard-system", false),
        ("get", "secrets", "kube-system", false),
        ("update", "leases.coordination.k8s.io", "nodeguard-system", true),
        ("update", "leases.coordination.k8s.io", "kube-system", false),
        ("create", "events.events.k8s.io", "default", true),
        ("delete", "events.events.k8s.io", "default", false),
        ("patch", "noderecycles.nodeguard.io/status", "", true),
        ("update", "fleets.nodeguard.io/status", "", true),
        ("create", "guardednodes.nodeguard.io", "", true),
        ("patch", "guardednodes.nodeguard.io/status", "", false),
        ("patch", "nodepolicies.nodeguard.io", "", false),
        ("delete", "machines.cluster.x-k8s.io", "capi", true),
        ("delete", "nodeclaims.karpenter.sh", "", true),
        ("delete", "instances.compute.example.org", "", false),
        ("create", "clusterrolebindings.rbac.authorization.k8s.io", "", false),
        ("impersonate", "users", "", false),
    ];

    [Fact]
    public async Task The_controller_may_do_its_work_and_no_more()
    {
        await cluster.Fleet.GrantAsync();
        await KnownAsync(Controller, "delete", "machines.cluster.x-k8s.io", "capi");

        foreach ((string verb, string resource, string space, bool allowed) in Wanted)
            (await MayAsync(Controller, [], verb, resource, space)).ShouldBe(allowed, $"{verb} {resource} in '{space}'");
    }

    [Fact]
    public async Task Who_may_view_the_cluster_may_view_the_fleet_and_who_administers_it_may_run_the_fleet()
    {
        await cluster.Fleet.GrantAsync();
        foreach (string role in (string[])["view", "edit", "admin"])
        {
            await Until.AnswerAsync(
                () => cluster.Api.GetAsync($"/apis/rbac.authorization.k8s.io/v1/clusterroles/{role}"),
                a => a.Text.Contains("guardednodes", StringComparison.Ordinal), $"{role} includes the fleet's kinds");
            string group = FleetObjects.NewName(role);
            string binding = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
            await cluster.Api.CreateAsync(binding, Answers.Json(
                $$"""
                {"metadata":{"name":"{{group}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},
                 "subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"{{group}}"}]}
                """));
            try
            {
                await KnownAsync("ann", "list", "nodepolicies.nodeguard.io", "", group);
                bool runs = role == "admin";
                (await MayAsync("ann", [group], "create", "noderecycles.nodeguard.io", "")).ShouldBe(runs, role);
                (await MayAsync("ann", [group], "patch", "nodepolicies.nodeguard.io", "")).ShouldBe(runs, role);
                (await MayAsync("ann", [group], "patch", "guardednodes.nodeguard.io", "")).ShouldBeFalse(role);
                (await MayAsync("ann", [group], "patch", "fleets.nodeguard.io/status", "")).ShouldBeFalse(role);
            }
            finally
            {
                await cluster.Api.DeleteAsync($"{binding}/{group}");
            }
        }
    }

    private Task<RawAnswer> KnownAsync(string user, string verb, string resource, string space, params string[] groups) =>
        Until.AnswerAsync(() => ReviewAsync(user, groups, verb, resource, space), IsAllowed, $"{user} may {verb} {resource}");

    private async Task<bool> MayAsync(string user, string[] groups, string verb, string resource, string space) =>
        IsAllowed(await ReviewAsync(user, groups, verb, resource, space));

    private static bool IsAllowed(RawAnswer answer) => answer.ShouldBeDone(201)["status"]["allowed"]!.GetValue<bool>();

    private Task<RawAnswer> ReviewAsync(string user, string[] groups, string verb, string resource, string space)
    {
        string[] parts = resource.Split('/');
        string[] names = parts[0].Split('.', 2);
        var asked = new JsonObject { ["verb"] = verb, ["resource"] = names[0], ["group"] = names.Length > 1 ? names[1] : "", ["namespace"] = space };
        if (parts.Length > 1)
            asked["subresource"] = parts[1];
        return cluster.Api.PostAsync("/apis/authorization.k8s.io/v1/subjectaccessreviews", new JsonObject
        {
            ["apiVersion"] = "authorization.k8s.io/v1",
            ["kind"] = "SubjectAccessReview",
            ["spec"] = new JsonObject
            {
                ["user"] = user,
                ["groups"] = new JsonArray([.. groups.Select(g => (JsonNode)g)]),
                ["resourceAttributes"] = asked,
            },
        });
    }
}
