using NodeGuard.Api.Tests.Harness;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Kubectl;

/// <summary>`kubectl wait`, `rollout status`, `scale` and `events`.</summary>
[Collection(ClusterTests.Name)]
public sealed class WaitTests(ClusterFixture cluster) : KubectlTest(cluster)
{
    [Fact]
    public async Task Wait_sees_conditions_fields_deletions_and_the_end_of_its_time()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, PodManifest("p", node), "create");

        (await DoAsync(kubectl, "wait", "--for=condition=Ready", "pod/p", "--timeout=50s")).ShouldBe("pod/p condition met\n");
        (await DoAsync(kubectl, "wait", "--for=jsonpath={.status.phase}=Running", "pod/p", "--timeout=50s")).ShouldBe("pod/p condition met\n");
        KubectlRun late = await kubectl.RunAsync("wait", "--for=delete", "pod/p", "--timeout=1s");
        late.ExitCode.ShouldBe(1);
        late.Errors.ShouldContain("timed out waiting for the condition");
        await DoAsync(kubectl, "delete", "pod", "p", "--wait=false");
        KubectlRun gone = await kubectl.RunAsync("wait", "--for=delete", "pod/p", "--timeout=50s");
        gone.ExitCode.ShouldBe(0, gone.Errors);
    }

    [ControllersFact]
    public async Task Scale_and_rollout_follow_the_controllers()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string node = await Cluster.NewNodeAsync();
        await FeedAsync(kubectl, DeploymentManifest("web", 1, node: node), "create");

        (await DoAsync(kubectl, "rollout", "status", "deployment", "web", "--timeout=55s"))
            .ShouldEndWith("deployment \"web\" successfully rolled out\n");
        (await DoAsync(kubectl, "scale", "deployment", "web", "--replicas=3")).ShouldBe("deployment.apps/web scaled\n");
        await DoAsync(kubectl, "rollout", "status", "deployment", "web", "--timeout=55s");
        Cells((await DoAsync(kubectl, "get", "deployment", "web")).Split('\n')[1])[..4].ShouldBe(["web", "3/3", "3", "3"]);
        await RefusedAsync(
            kubectl, "error: Expected replicas to be 7, was 3", "scale", "deployment", "web", "--replicas=1", "--current-replicas=7");
        (await DoAsync(kubectl, "get", "deployment", "web", "-o", "jsonpath={.metadata.generation}")).ShouldBe("2");
        (await DoAsync(kubectl, "rollout", "restart", "deployment", "web")).ShouldBe("deployment.apps/web restarted\n");
        await DoAsync(kubectl, "rollout", "status", "deployment", "web", "--timeout=55s");
        string[] history = (await DoAsync(kubectl, "rollout", "history", "deployment", "web")).Split('\n');
        history.Count(line => line.EndsWith("<none>", StringComparison.Ordinal)).ShouldBe(2);
        (await UntilAsync(kubectl, "ScalingReplicaSet", "events", "--for", "deployment/web")).ShouldContain("Deployment/web");
        (await DoAsync(kubectl, "get", "events", "--field-selector", "reason=ScalingReplicaSet")).ShouldContain("deployment/web");
    }

    [Fact]
    public async Task Events_are_listed_by_both_commands()
    {
        KubectlRunner kubectl = await KubectlAsync();
        string none = await DoAsync(kubectl, "get", "events", "--field-selector", "reason=Tested", "-o", "name");
        none.ShouldBe("");
        await FeedAsync(
            kubectl,
            """
            {"apiVersion":"v1","kind":"Event","metadata":{"name":"e1"},"type":"Normal","reason":"Tested","message":"all is well",
             "involvedObject":{"apiVersion":"v1","kind":"Pod","name":"p","namespace":"NS"},
             "firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:00Z","count":1,"source":{"component":"tests"}}
            """.Replace("NS", kubectl.Namespace, StringComparison.Ordinal),
            "create");

        string[] table = (await DoAsync(kubectl, "get", "events", "--field-selector", "involvedObject.name=p")).Split('\n');
        Cells(table[0]).ShouldBe(["LAST", "SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
        Cells(table[1])[1..].ShouldBe(["Normal", "Tested", "pod/p", "all", "is", "well"]);
        string events = await DoAsync(kubectl, "events", "--for", "pod/p");
        events.ShouldContain("Tested");
        events.ShouldContain("Pod/p");
        (await DoAsync(kubectl, "get", "events.v1.events.k8s.io", "e1", "-o", "jsonpath={.note} {.regarding.name}")).ShouldBe("all is well p");
    }
}
