using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>`kubectl api-resources`, `api-versions`, `auth` and `explain`, and what needs a kubelet.</summary>
[Collection(ClusterTests.Name)]
public sealed class DiscoveryTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    [Fact]
    public async Task Api_resources_and_versions_name_what_is_served()
    {
        KubectlRunner kubectl = await KubectlAsync();

        string[] resources = (await DoAsync(kubectl, "api-resources")).Split('\n');
        Cells(resources[0]).ShouldBe(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]);
        resources.Select(Cells).ShouldContain(c => c.SequenceEqual(new[] { "pods", "po", "v1", "true", "Pod" }));
        resources.Select(Cells).ShouldContain(c => c.SequenceEqual(new[] { "deployments", "deploy", "apps/v1", "true", "Deployment" }));
        (await DoAsync(kubectl, "api-resources", "--api-group=policy", "-o", "name")).ShouldBe("poddisruptionbudgets.policy\n");
        string[] versions = (await DoAsync(kubectl, "api-versions")).Split('\n');
        versions.ShouldContain("v1");
        versions.ShouldContain("apps/v1");
        versions.ShouldContain("events.k8s.io/v1");
        (await DoAsync(kubectl, "get", "all", "-o", "name")).ShouldNotContain("error");
    }

    [Fact]
    public async Task Auth_tells_what_one_may_and_who_one_is()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await DoAsync(kubectl, "create", "role", "reader", "--verb=get,list", "--resource=pods");
        await DoAsync(kubectl, "create", "rolebinding", "reader", "--role=reader", "--user=bob");

        (await DoAsync(kubectl, "auth", "can-i", "delete", "nodes")).ShouldBe("yes\n");
        (await DoAsync(kubectl, "auth", "can-i", "get", "pods", "--as=bob")).ShouldBe("yes\n");
        KubectlRun no = await kubectl.RunAsync("auth", "can-i", "delete", "pods", "--as=bob");
        (no.ExitCode, no.Output).ShouldBe((1, "no\n"));
        (await DoAsync(kubectl, "auth", "can-i", "--list", "--as=bob")).ShouldContain("pods");
        KubectlRun forbidden = await kubectl.RunAsync("get", "secrets", "--as=bob");
        forbidden.ExitCode.ShouldBe(1);
        forbidden.Errors.ShouldContain("secrets is forbidden: User \"bob\" cannot list resource \"secrets\" in API group \"\" in the namespace");
        string whoami = await DoAsync(kubectl, "auth", "whoami", "--as=bob", "--as-group=readers", "-o", "json");
        JsonNode.Parse(whoami)!["status"]!["userInfo"]!["username"]!.ToString().ShouldBe("bob");
        (await DoAsync(kubectl, "auth", "whoami")).ShouldContain("Username");
    }

    [Fact]
    public async Task Explain_shows_the_fields_of_a_kind()
    {
        KubectlRunner kubectl = await KubectlAsync();

        string field = await DoAsync(kubectl, "explain", "pod.spec.nodeName");
        field.ShouldContain("KIND:       Pod");
        field.ShouldContain("FIELD: nodeName <string>");
        (await DoAsync(kubectl, "explain", "deployment.spec.strategy")).ShouldContain("rollingUpdate");
        await RefusedAsync(kubectl, "field \"nope\" does not exist", "explain", "pod.nope");
    }

    [Fact]
    public async Task Logs_exec_and_top_fail_with_a_message_and_change_nothing()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p", node), "create");
        await UntilAsync(kubectl, "Running", "get", "pod", "p");

        KubectlRun logs = await kubectl.RunAsync("logs", "p");
        KubectlRun exec = await kubectl.RunAsync("exec", "p", "--", "true");
        KubectlRun top = await kubectl.RunAsync("top", "node");

        logs.ExitCode.ShouldBe(1);
        exec.ExitCode.ShouldBe(1);
        top.ExitCode.ShouldBe(1);
        if (!Cluster.IsSandbox)
            return;
        logs.Errors.ShouldContain("the sandbox does not do this: logs");
        exec.Errors.ShouldContain("the sandbox does not do this: exec");
        top.Errors.ShouldContain("Metrics API not available");
    }
}
