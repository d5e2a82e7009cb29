using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>`kubectl taint`, `cordon`, `uncordon` and `drain`.</summary>
[Collection(ClusterTests.Name)]
public sealed class NodeTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    [Fact]
    public async Task Taint_sets_refuses_twice_and_removes()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();

        (await DoAsync(kubectl, "taint", "node", node, "k=v:NoSchedule")).ShouldBe($"node/{node} tainted\n");
        await RefusedAsync(kubectl, $"node {node} already has k taint(s) with same effect(s) and --overwrite is false", "taint", "node", node, "k=w:NoSchedule");
        (await DoAsync(kubectl, "get", "node", node, "-o", "jsonpath={.spec.taints[?(@.key=='k')]}")).ShouldBe("""{"effect":"NoSchedule","key":"k","value":"v"}""");
        (await DoAsync(kubectl, "taint", "node", node, "k:NoSchedule-")).ShouldBe($"node/{node} untainted\n");
        (await DoAsync(kubectl, "get", "node", node, "-o", "jsonpath={.spec.taints[?(@.key=='k')]}")).ShouldBe("");
    }

    [Fact]
    public async Task Cordon_and_uncordon_say_what_they_did()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();

        (await DoAsync(kubectl, "cordon", node)).ShouldBe($"node/{node} cordoned\n");
        (await DoAsync(kubectl, "cordon", node)).ShouldBe($"node/{node} already cordoned\n");
        Cells((await DoAsync(kubectl, "get", "node", node)).Split('\n')[1])[1].ShouldBe("Ready,SchedulingDisabled");
        (await DoAsync(kubectl, "get", "nodes", "--field-selector", "spec.unschedulable=true", "-o", "name")).ShouldContain($"node/{node}\n");
        (await DoAsync(kubectl, "uncordon", node)).ShouldBe($"node/{node} uncordoned\n");
        Cells((await DoAsync(kubectl, "get", "node", node)).Split('\n')[1])[1].ShouldBe("Ready");
    }

    [Fact]
    public async Task Drain_refuses_what_it_needs_flags_for_and_evicts_the_rest()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p1", node), "create");
        await UntilAsync(kubectl, "Running", "get", "pod", "p1");

        KubectlRun refused = await kubectl.RunAsync("drain", node, "--timeout=5s");
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("cannot delete");
        refused.Errors.ShouldContain("use --force to override");
        (await DoAsync(kubectl, "drain", node, "--force", "--dry-run=server")).ShouldContain($"node/{node} drained (server dry run)");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("pod/p1\n");
        string drained = await DoAsync(kubectl, "drain", node, "--force", "--timeout=50s");
        drained.ShouldContain("pod/p1 evicted");
        drained.ShouldEndWith($"node/{node} drained\n");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("");
    }

    [ControllersFact]
    public async Task Drain_waits_for_a_budget_that_forbids_it()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await DoAsync(kubectl, "create", "pdb", "tight", "--selector=app=web", "--min-available=1");
        await FeedAsync(kubectl, PodManifest("p1", node), "create");
        await UntilAsync(kubectl, "1 1", "get", "pdb", "tight", "-o", "jsonpath={.status.currentHealthy} {.status.expectedPods}");

        KubectlRun blocked = await kubectl.RunAsync("drain", node, "--force", "--timeout=3s");

        blocked.ExitCode.ShouldBe(1);
        blocked.Errors.ShouldContain("Cannot evict pod as it would violate the pod's disruption budget.");
        (await DoAsync(kubectl, "get", "pods", "-o", "name")).ShouldBe("pod/p1\n");
    }

    [Fact]
    public async Task Drain_can_delete_instead_of_evicting()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p1", node), "create");

        (await DoAsync(kubectl, "drain", node, "--force", "--disable-eviction", "--timeout=50s")).ShouldContain("pod/p1 deleted");
    }
}
