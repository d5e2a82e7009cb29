using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Contract;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Fleet;

/// <summary>Invariant 10: an agent's credentials cannot act on another node, evict a pod, or read a Secret.</summary>
[Collection(ClusterTests.Name)]
public sealed class AgentRightsTests(ClusterFixture cluster)
{
    private const string Status = """{"status":{"kernel":"6.12"}}""";
    private const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    private sealed record Attempt(string What, string Method, string Path, string? Body = null, string Type = "application/merge-patch+json");

    [Fact]
    public async Task An_agent_reads_its_guarded_node_and_writes_its_status()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);

        (await agent.Api.GetAsync($"{FleetObjects.Guarded}?fieldSelector=metadata.name%3D{agent.Node}")).ShouldBeDone().ItemNames().ShouldBe([agent.Node]);
        (await agent.Api.PatchAsync($"{agent.Own}/status", Answers.Json(Status))).ShouldBeDone()["status"]["kernel"]!.ToString().ShouldBe("6.12");
        RawAnswer now = await agent.Api.GetAsync(agent.Own);
        (await agent.Api.PutAsync($"{agent.Own}/status", now.Body!)).ShouldBeDone();
    }

    /// <summary>Decided by roles: on every server.</summary>
    [Fact]
    public async Task What_an_agent_must_not_do_is_refused_by_its_role()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        string space = await cluster.NewNamespaceAsync("prey");
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{space}/pods", TestObjects.Pod("p", agent.Node));
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{space}/configmaps", Answers.Map("m"));
        await cluster.Api.CreateAsync($"/api/v1/namespaces/{space}/secrets", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "s" } });
        Attempt[] attempts = [.. OnPods(space), .. OnSecrets(space), .. OnNodes(agent), .. OnFleet(agent), .. OnRights(agent, space)];
        attempts.Length.ShouldBeGreaterThanOrEqualTo(20);

        var done = new List<string>();
        foreach (Attempt attempt in attempts)
        {
            RawAnswer answer = await TryAsync(agent.Api, attempt);
            if (answer.Code != 403 || answer.Reason != "Forbidden" || !answer.Message.Contains(AgentAccount.User, StringComparison.Ordinal))
                done.Add($"{attempt.What}: {answer.Code} {answer.Text}");
        }

        done.ShouldBeEmpty("things that an agent's token must not do");
    }

    [Fact]
    public async Task An_agent_cannot_be_somebody_else()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        request.Headers.Add("Impersonate-User", "system:serviceaccount:nodeguard-system:nodeguard-controller");

        using HttpResponseMessage answer = await agent.Api.Http.SendAsync(request);

        ((int)answer.StatusCode).ShouldBe(403);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("cannot impersonate");
    }

    /// <summary>Decided by the ValidatingAdmissionPolicy: on a real server.</summary>
    [RealServerFact]
    public async Task An_agent_writes_no_status_but_its_own_nodes()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        RawAnswer other = await cluster.Api.GetAsync(agent.Other);

        RawAnswer patched = await EnforcedAsync(agent);
        RawAnswer put = await agent.Api.PutAsync($"{agent.Other}/status", other.Body!);
        RawAnswer applied = await agent.Api.PatchAsync(
            $"{agent.Other}/status?fieldManager=agent",
            Answers.Json($$"""{"apiVersion":"nodeguard.io/v1alpha1","kind":"GuardedNode","metadata":{"name":"{{agent.OtherNode}}"},"status":{"kernel":"x"} }"""),
            "application/apply-patch+yaml");

        foreach (RawAnswer refused in (RawAnswer[])[patched, put, applied])
        {
            refused.Code.ShouldBe(403, refused.Text);
            refused.Message.ShouldContain($"the agent on node '{agent.Node}' may not write the GuardedNode of '{agent.OtherNode}'");
        }

        (await cluster.Api.GetAsync(agent.Other)).Body!["status"].ShouldBeNull();
        (await agent.Api.PatchAsync($"{agent.Own}/status", Answers.Json(Status))).ShouldBeDone();
    }

    [RealServerFact]
    public async Task A_token_that_names_no_node_writes_nothing()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        await EnforcedAsync(agent);
        using RawApi unbound = await agent.WithTokenAsync("{}");

        RawAnswer refused = await unbound.PatchAsync($"{agent.Own}/status", Answers.Json(Status));

        refused.Code.ShouldBe(403, refused.Text);
        refused.Message.ShouldContain("this agent's token names no node");
    }

    /// <summary>A second wall: somebody has bound the agents' account to more than the shipped role.</summary>
    [RealServerFact]
    public async Task Whatever_roles_an_agent_is_given_it_writes_nothing_else_of_the_fleet()
    {
        await using AgentAccount agent = await AgentAccount.NewAsync(cluster);
        await EnforcedAsync(agent);
        string role = FleetObjects.NewName("too-much");
        await cluster.Api.CreateAsync($"{Rbac}/clusterroles", Answers.Json(
            $$"""{"metadata":{"name":"{{role}}"},"rules":[{"apiGroups":["nodeguard.io"],"resources":["*"],"verbs":["*"]}]}"""));
        await cluster.Api.CreateAsync($"{Rbac}/clusterrolebindings", Answers.Json(
            $$"""
            {"metadata":{"name":"{{role}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{{role}}"},
             "subjects":[{"kind":"ServiceAccount","namespace":"nodeguard-agent","name":"nodeguard-agent"}]}
            """));
        try
        {
            await Until.AnswerAsync(() => agent.Api.GetAsync(FleetObjects.Policies), a => a.Code == 200, "the role is known");
            foreach (Attempt attempt in OnFleet(agent))
            {
                RawAnswer refused = await TryAsync(agent.Api, attempt);
                refused.Code.ShouldBe(403, $"{attempt.What}: {refused.Text}");
                refused.Message.ShouldContain("an agent may write the status of its GuardedNode and nothing else", Case.Sensitive, attempt.What);
            }
        }
        finally
        {
            await cluster.Api.DeleteAsync($"{Rbac}/clusterrolebindings/{role}");
            await cluster.Api.DeleteAsync($"{Rbac}/clusterroles/{role}");
        }
    }

    // A server takes a new policy into use a moment after it was made.
    private static Task<RawAnswer> EnforcedAsync(AgentAccount agent) => Until.AnswerAsync(
        () => agent.Api.PatchAsync($"{agent.Other}/status?dryRun=All", Answers.Json(Status)), a => a.Code == 403, "the admission policy is enforced");

    private static Attempt[] OnPods(string space)
    {
        string pods = $"/api/v1/namespaces/{space}/pods";
        return
        [
            new("evict a pod", "POST", $"{pods}/p/eviction", """{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}"""),
            new("delete a pod", "DELETE", $"{pods}/p"),
            new("list pods", "GET", "/api/v1/pods"),
            new("create a pod", "POST", pods, TestObjects.Pod("q").ToJsonString()),
            new("run a command in a pod", "POST", $"{pods}/p/exec?command=id&stdout=true"),
            new("read a pod's log", "GET", $"{pods}/p/log"),
            new("delete all pods", "DELETE", pods),
        ];
    }

    private static Attempt[] OnSecrets(string space) =>
    [
        new("read a secret", "GET", $"/api/v1/namespaces/{space}/secrets/s"),
        new("list secrets", "GET", "/api/v1/secrets"),
        new("list its own namespace's secrets", "GET", "/api/v1/namespaces/nodeguard-agent/secrets"),
        new("read a secret of the controller", "GET", "/api/v1/namespaces/nodeguard-system/secrets/webhook"),
        new("read a config map", "GET", $"/api/v1/namespaces/{space}/configmaps/m"),
        new("make a token of the controller", "POST", "/api/v1/namespaces/nodeguard-system/serviceaccounts/nodeguard-controller/token", "{}"),
        new("make a token of its own account", "POST", "/api/v1/namespaces/nodeguard-agent/serviceaccounts/nodeguard-agent/token", "{}"),
    ];

    private static Attempt[] OnNodes(AgentAccount agent) =>
    [
        new("cordon its node", "PATCH", $"/api/v1/nodes/{agent.Node}", """{"spec":{"unschedulable":true}}"""),
        new("label another node", "PATCH", $"/api/v1/nodes/{agent.OtherNode}", """{"metadata":{"labels":{"a":"b"}}}"""),
        new("write a node's status", "PATCH", $"/api/v1/nodes/{agent.Node}/status", """{"status":{"phase":"Running"}}"""),
        new("delete its node", "DELETE", $"/api/v1/nodes/{agent.Node}"),
        new("read a node", "GET", $"/api/v1/nodes/{agent.Node}"),
        new("ask a kubelet", "GET", $"/api/v1/nodes/{agent.Node}/proxy/pods"),
    ];

    private static Attempt[] OnFleet(AgentAccount agent) =>
    [
        new("ask for a recycle", "POST", FleetObjects.Recycles, FleetObjects.Recycle("forged", $"\"nodeName\":\"{agent.OtherNode}\",\"reasons\":[\"Manual\"]").ToJsonString()),
        new("make a policy", "POST", FleetObjects.Policies, FleetObjects.Policy("forged").ToJsonString()),
        new("make the fleet", "POST", FleetObjects.Fleets, FleetObjects.Fleet("{}", "cluster").ToJsonString()),
        new("write its own spec", "PATCH", agent.Own, """{"spec":{"operation":{"id":"1","kind":"Reboot"}}}"""),
        new("write another's spec", "PATCH", agent.Other, """{"spec":{"operation":{"id":"1","kind":"Reboot"}}}"""),
        new("delete its own GuardedNode", "DELETE", agent.Own),
        new("delete another's GuardedNode", "DELETE", agent.Other),
        new("make a GuardedNode", "POST", FleetObjects.Guarded, FleetObjects.GuardedNode("forged").ToJsonString()),
    ];

    private static Attempt[] OnRights(AgentAccount agent, string space) =>
    [
        new("change a policy", "PATCH", $"{FleetObjects.Policies}/any", """{"spec":{"paused":true}}"""),
        new("write a policy's status", "PATCH", $"{FleetObjects.Policies}/any/status", """{"status":{"nodes":1}}"""),
        new("change the fleet", "PATCH", $"{FleetObjects.Fleets}/cluster", """{"spec":{"paused":true}}"""),
        new("write the fleet's status", "PATCH", $"{FleetObjects.Fleets}/cluster/status", """{"status":{"slots":[]}}"""),
        new("write a recycle's status", "PATCH", $"{FleetObjects.Recycles}/any/status", """{"status":{"phase":"Succeeded"}}"""),
        new("bind a role to itself", "POST", $"{Rbac}/clusterrolebindings", """{"metadata":{"name":"forged"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"}}"""),
        new("widen its role", "PATCH", $"{Rbac}/clusterroles/nodeguard-agent", """{"rules":[]}"""),
        new("take the policy away", "DELETE", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/agents-write-their-own-status.nodeguard.io"),
        new("take the controller's lease", "PATCH", "/apis/coordination.k8s.io/v1/namespaces/nodeguard-system/leases/nodeguard-controller", """{"spec":{"holderIdentity":"me"}}"""),
        new("delete its node's lease", "DELETE", $"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{agent.Node}"),
        new("delete events", "DELETE", $"/apis/events.k8s.io/v1/namespaces/{space}/events"),
        new("change a definition", "PATCH", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/guardednodes.nodeguard.io", """{"metadata":{"labels":{"a":"b"}}}"""),
        new("change a DaemonSet", "PATCH", "/apis/apps/v1/namespaces/nodeguard-agent/daemonsets/nodeguard-agent", """{"metadata":{"labels":{"a":"b"}}}"""),
        new("delete a namespace", "DELETE", $"/api/v1/namespaces/{space}"),
    ];

    private static Task<RawAnswer> TryAsync(RawApi api, Attempt attempt) => api.SendAsync(
        new HttpMethod(attempt.Method), attempt.Path, attempt.Body is null ? null : Answers.Json(attempt.Body),
        attempt.Method == "PATCH" ? attempt.Type : "application/json");
}
