using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>`kubectl get` and `describe`.</summary>
[Collection(ClusterTests.Name)]
public sealed class GetTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    [Fact]
    public async Task Get_prints_the_columns_of_the_kind_and_more_with_wide()
    {
        (KubectlRunner kubectl, string node) = await PodAsync();

        string[] plain = (await UntilAsync(kubectl, "Running", "get", "pods")).Split('\n');
        Cells(plain[0]).ShouldBe(["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
        Cells(plain[1])[..4].ShouldBe(["p1", "1/1", "Running", "0"]);
        string[] wide = (await DoAsync(kubectl, "get", "pods", "-o", "wide", "--show-labels")).Split('\n');
        Cells(wide[0])[5..7].ShouldBe(["IP", "NODE"]);
        wide[0].ShouldContain("NOMINATED NODE   READINESS GATES   LABELS");
        Cells(wide[1])[5..].ShouldBe(["10.1.2.3", node, "<none>", "<none>", "app=web"]);
        string[] nodes = (await DoAsync(kubectl, "get", "node", node, "-o", "wide")).Split('\n');
        nodes[0].ShouldContain("INTERNAL-IP");
        Cells(nodes[1])[..3].ShouldBe([node, "Ready", "<none>"]);
    }

    [Fact]
    public async Task Get_prints_yaml_json_names_jsonpath_and_custom_columns()
    {
        (KubectlRunner kubectl, string node) = await PodAsync();

        string yaml = await DoAsync(kubectl, "get", "pod", "p1", "-o", "yaml");
        yaml.ShouldStartWith("apiVersion: v1\nkind: Pod\nmetadata:\n");
        yaml.ShouldContain($"  nodeName: {node}\n");
        yaml.ShouldNotContain("managedFields");
        var list = (JsonObject)JsonNode.Parse(await DoAsync(kubectl, "get", "pods", "-o", "json"))!;
        list["kind"]!.ToString().ShouldBe("List");
        list["items"]![0]!["metadata"]!["name"]!.ToString().ShouldBe("p1");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("pod/p1\n");
        (await DoAsync(kubectl, "get", "pods", "-o", "jsonpath={.items[*].spec.containers[*].image}")).ShouldBe(Image);
        string[] custom = (await DoAsync(kubectl, "get", "pods", "-o", "custom-columns=NAME:.metadata.name,NODE:.spec.nodeName")).Split('\n');
        Cells(custom[0]).ShouldBe(["NAME", "NODE"]);
        Cells(custom[1]).ShouldBe(["p1", node]);
    }

    [Fact]
    public async Task Get_selects_by_label_and_field_and_over_all_namespaces()
    {
        (KubectlRunner kubectl, string node) = await PodAsync();
        await FeedAsync(kubectl, PodManifest("p2", null, "app: db"), "create");

        (await DoAsync(kubectl, "get", "pods", "-l", "app in (web,cache),!nope", "-o", "name")).ShouldBe("pod/p1\n");
        (await DoAsync(kubectl, "get", "pods", "-l", "app!=web", "-o", "name")).ShouldBe("pod/p2\n");
        (await DoAsync(kubectl, "get", "pods", "--field-selector", "spec.nodeName=", "-o", "name")).ShouldBe("pod/p2\n");
        string[] all = (await DoAsync(kubectl, "get", "pods", "-A", "--field-selector", $"spec.nodeName={node}")).Split('\n');
        Cells(all[0])[..2].ShouldBe(["NAMESPACE", "NAME"]);
        Cells(all[1])[1].ShouldBe("p1");
        (await DoAsync(kubectl, "get", "pods", "--chunk-size=1", "-o", "name")).ShouldBe("pod/p1\npod/p2\n");
        await RefusedAsync(kubectl, "field label not supported: spec.nope", "get", "pods", "--field-selector", "spec.nope=1");
    }

    [Fact]
    public async Task Get_of_what_is_not_there_says_so()
    {
        KubectlRunner kubectl = await KubectlAsync();

        await RefusedAsync(kubectl, "Error from server (NotFound): pods \"nope\" not found", "get", "pod", "nope");
        await RefusedAsync(kubectl, "the server doesn't have a resource type \"nopes\"", "get", "nopes");
        KubectlRun empty = await kubectl.RunAsync("get", "pods");
        (empty.ExitCode, empty.Output).ShouldBe((0, ""));
        empty.Errors.ShouldStartWith("No resources found in ");
    }

    [Fact]
    public async Task Get_with_watch_prints_each_change()
    {
        KubectlRunner kubectl = await KubectlAsync();
        await DoAsync(kubectl, "create", "configmap", "first", "--from-literal=k=v");
        using Process watch = kubectl.Start("get", "configmaps", "-l", "!from-the-controllers", "-w", "-o", "name");
        try
        {
            (await LineAsync(watch, "configmap/first")).ShouldBeTrue();
            await DoAsync(kubectl, "create", "configmap", "second", "--from-literal=k=v");
            (await LineAsync(watch, "configmap/second")).ShouldBeTrue();
            await DoAsync(kubectl, "label", "configmap", "first", "x=y");
            (await LineAsync(watch, "configmap/first")).ShouldBeTrue();
        }
        finally
        {
            watch.Kill();
        }
    }

    [Fact]
    public async Task Describe_shows_nodes_pods_deployments_and_budgets()
    {
        (KubectlRunner kubectl, string node) = await PodAsync();
        await FeedAsync(kubectl, DeploymentManifest("web"), "create");
        await DoAsync(kubectl, "create", "pdb", "budget", "--selector=app=web", "--min-available=1");

        string pod = await UntilAsync(kubectl, "Running", "describe", "pod", "p1");
        pod.ShouldContain($"{node}/");
        Cells(pod.Split('\n').Single(l => l.StartsWith("QoS Class:", StringComparison.Ordinal)))[2].ShouldBe("BestEffort");
        string described = await DoAsync(kubectl, "describe", "node", node);
        described.ShouldContain($"Name:               {node}");
        described.ShouldContain("Non-terminated Pods:          (1 in total)");
        described.ShouldContain("HolderIdentity:  " + node);
        string deployment = await DoAsync(kubectl, "describe", "deployment", "web");
        deployment.ShouldContain("StrategyType:           RollingUpdate");
        deployment.ShouldContain("RollingUpdateStrategy:  25% max unavailable, 25% max surge");
        string budget = await DoAsync(kubectl, "describe", "pdb", "budget");
        budget.ShouldContain("Min available:  1");
        budget.ShouldContain("Selector:       app=web");
    }

    private static async Task<bool> LineAsync(Process process, string wanted)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line == wanted)
                return true;
        }

        return false;
    }

    private async Task<(KubectlRunner Kubectl, string Node)> PodAsync()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p1", node), "create");
        return (kubectl, node);
    }
}
