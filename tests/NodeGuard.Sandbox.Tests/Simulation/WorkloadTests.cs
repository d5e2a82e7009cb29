using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class WorkloadTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task ADeploymentBecomesAvailable()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 4));
        cluster.Advance(Enough);

        JsonObject deployment = cluster.Get(Kind.Deployment, "web");
        deployment.Number("status", "availableReplicas").ShouldBe(4);
        deployment.Condition("Progressing").Text("reason").ShouldBe("NewReplicaSetAvailable");
        deployment.Condition("Available").Text("status").ShouldBe("True");
        cluster.All(Kind.Pod).Length.ShouldBe(4);
        cluster.All(Kind.Pod).Select(PodState.NodeName).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task ARolloutNeverLeavesTheLimitsAndEndsWithTheNewTemplate()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 4, """{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}"""));
        cluster.Advance(Enough);
        cluster.Edit(Kind.Deployment, "web", item => Image(item, "registry.example/app:2"));
        for (int i = 0; i < 100; i++)
        {
            cluster.Advance(TimeSpan.FromMilliseconds(100));
            cluster.All(Kind.Pod).Count(PodState.IsActive).ShouldBeInRange(4, 5);
            cluster.All(Kind.Pod).Count(pod => PodState.IsActive(pod) && PodState.IsReady(pod)).ShouldBeGreaterThanOrEqualTo(4);
        }

        cluster.All(Kind.Pod).Select(pod => pod.Items("spec", "containers").First().Text("image")).Distinct()
            .ShouldBe(["registry.example/app:2"]);
        cluster.Get(Kind.Deployment, "web").Annotation("deployment.kubernetes.io/revision").ShouldBe("2");
        cluster.All(Kind.ReplicaSet).Length.ShouldBe(2);
    }

    [Fact]
    public async Task AnImageThatNeverGetsReadyStopsTheRolloutAtItsDeadline()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 4));
        cluster.Advance(Enough);
        cluster.Edit(Kind.Deployment, "web", item =>
        {
            item.Ensure("spec")["progressDeadlineSeconds"] = 60;
            item.Ensure("spec", "template", "metadata", "annotations")["sandbox.nodeguard.io/ready-after"] = "never";
        });
        cluster.Advance(TimeSpan.FromSeconds(90));

        JsonObject deployment = cluster.Get(Kind.Deployment, "web");
        deployment.Condition("Progressing").Text("reason").ShouldBe("ProgressDeadlineExceeded");
        deployment.Number("status", "availableReplicas").ShouldBe(3);
    }

    [Fact]
    public async Task RecreateStartsNothingNewBesideTheOld()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 2, """{"type":"Recreate"}"""));
        cluster.Advance(Enough);
        cluster.Edit(Kind.Deployment, "web", item => Image(item, "registry.example/app:2"));
        for (int i = 0; i < 50; i++)
        {
            cluster.Advance(TimeSpan.FromMilliseconds(100));
            cluster.All(Kind.Pod).Select(pod => pod.Items("spec", "containers").First().Text("image")).Distinct().Count().ShouldBeLessThan(2);
        }

        cluster.Get(Kind.Deployment, "web").Number("status", "updatedReplicas").ShouldBe(2);
        cluster.Get(Kind.Deployment, "web").Number("status", "availableReplicas").ShouldBe(2);
    }

    [Fact]
    public async Task ADeletedPodIsReplaced()
    {
        await using var cluster = new SimulatedCluster(nodes: 2);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 2));
        cluster.Advance(Enough);
        string lost = cluster.All(Kind.Pod)[0].Name();
        cluster.Delete(Kind.Pod, lost);
        cluster.All(Kind.Pod).Length.ShouldBe(3, "the replacement does not wait for the old pod's end");
        cluster.Advance(Enough);

        cluster.Find(Kind.Pod, lost).ShouldBeNull();
        cluster.All(Kind.Pod).Count(PodState.IsReady).ShouldBe(2);
    }

    [Fact]
    public async Task AStatefulSetStartsItsPodsInOrderAndStopsThemInReverse()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.StatefulSet, Objects.StatefulSet("db", 3));
        cluster.Settle();
        cluster.All(Kind.Pod).Select(Fields.Name).ShouldBe(["db-0"]);
        cluster.Advance(Enough);
        cluster.All(Kind.Pod).Select(Fields.Name).ShouldBe(["db-0", "db-1", "db-2"]);
        cluster.Get(Kind.StatefulSet, "db").Number("status", "readyReplicas").ShouldBe(3);

        cluster.Edit(Kind.StatefulSet, "db", item => item.Ensure("spec")["replicas"] = 1);
        cluster.All(Kind.Pod).Where(pod => pod.IsDeleting()).Select(Fields.Name).ShouldBe(["db-2"]);
        cluster.Advance(Enough);
        cluster.All(Kind.Pod).Select(Fields.Name).ShouldBe(["db-0"]);
    }

    [Fact]
    public async Task AStatefulSetRollsFromTheHighestOrdinalDownToItsPartition()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.StatefulSet, Objects.StatefulSet("db", 3));
        cluster.Advance(Enough);
        cluster.Edit(Kind.StatefulSet, "db", item =>
        {
            Image(item, "registry.example/app:2");
            item.Ensure("spec", "updateStrategy", "rollingUpdate")["partition"] = 1;
        });
        cluster.Advance(TimeSpan.FromSeconds(30));
        ImagesOf(cluster).ShouldBe(["registry.example/app:1", "registry.example/app:2", "registry.example/app:2"]);

        cluster.Edit(Kind.StatefulSet, "db", item => item.Ensure("spec", "updateStrategy", "rollingUpdate")["partition"] = 0);
        cluster.Advance(TimeSpan.FromSeconds(30));
        ImagesOf(cluster).ShouldAllBe(image => image == "registry.example/app:2");
        JsonObject set = cluster.Get(Kind.StatefulSet, "db");
        set.Text("status", "currentRevision").ShouldBe(set.Text("status", "updateRevision"));
    }

    [Fact]
    public async Task AStatefulSetsClaimsAreBoundAttachedAndDetachedAfterThePodHasLeft()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.StatefulSet, Objects.StatefulSet(
            "db", 1, ""","volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"]}}]"""));
        cluster.Advance(Enough);
        cluster.Get(Kind.PersistentVolumeClaim, "data-db-0").Text("status", "phase").ShouldBe("Bound");
        JsonObject attachment = cluster.All(Kind.VolumeAttachment).ShouldHaveSingleItem();
        attachment.Text("spec", "nodeName").ShouldBe("node-1");
        attachment.Flag("status", "attached").ShouldBeTrue();
        cluster.Get(Kind.Node, "node-1").Items("status", "volumesAttached").Count().ShouldBe(1);

        cluster.Edit(Kind.StatefulSet, "db", item => item.Ensure("spec")["replicas"] = 0);
        cluster.Advance(TimeSpan.FromMilliseconds(700));
        cluster.All(Kind.Pod).ShouldBeEmpty();
        cluster.All(Kind.VolumeAttachment).Length.ShouldBe(1, "detaching takes its time");
        cluster.Advance(Enough);
        cluster.All(Kind.VolumeAttachment).ShouldBeEmpty();
        cluster.Get(Kind.Node, "node-1").Items("status", "volumesAttached").ShouldBeEmpty();
    }

    [Fact]
    public async Task ADaemonSetRunsOnEachNodeAlsoOnACordonedOne()
    {
        await using var cluster = new SimulatedCluster(nodes: 2);
        cluster.Edit(Kind.Node, "node-1", node => node.Ensure("spec")["unschedulable"] = true);
        cluster.Create(Kind.DaemonSet, Objects.DaemonSet("log"));
        cluster.Advance(Enough);
        cluster.Create(Kind.Node, Objects.Node("node-3"));
        cluster.Advance(Enough);

        cluster.All(Kind.Pod).Select(PodState.NodeName).Order(StringComparer.Ordinal).ShouldBe(["node-1", "node-2", "node-3"]);
        cluster.Get(Kind.DaemonSet, "log").Number("status", "numberAvailable").ShouldBe(3);
    }

    [Fact]
    public async Task AJobEndsWhenEnoughPodsSucceeded()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Job, Objects.Job("sum", completions: 3, parallelism: 2));
        cluster.Advance(TimeSpan.FromSeconds(1));
        cluster.Get(Kind.Job, "sum").Number("status", "active").ShouldBe(2);
        cluster.Advance(TimeSpan.FromSeconds(30));

        JsonObject job = cluster.Get(Kind.Job, "sum");
        job.Number("status", "succeeded").ShouldBe(3);
        job.Condition("Complete").Text("status").ShouldBe("True");
    }

    [Fact]
    public async Task AJobFailsAfterItsBackoffLimit()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Job, Objects.Job("sum", 1, 1, """{"sandbox.nodeguard.io/exit-code":"3"}"""));
        cluster.Advance(TimeSpan.FromSeconds(60));

        JsonObject job = cluster.Get(Kind.Job, "sum");
        job.Condition("Failed").Text("reason").ShouldBe("BackoffLimitExceeded");
        job.Number("status", "failed").ShouldBe(2);
    }

    private static IEnumerable<string> ImagesOf(SimulatedCluster cluster) =>
        cluster.All(Kind.Pod).Select(pod => pod.Items("spec", "containers").First().Text("image"));

    private static void Image(JsonObject workload, string image) =>
        workload.Ensure("spec", "template", "spec")["containers"] =
            new JsonArray(new JsonObject { ["name"] = "main", ["image"] = image });
}
