using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Nodes;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class NodeTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task ANodeIsReadyAndRenewsItsLease()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Get(Kind.Node, "node-1").Condition("Ready").Text("status").ShouldBe("True");
        string first = cluster.Get(Kind.Lease, "node-1", "kube-node-lease").Text("spec", "renewTime");
        cluster.Advance(TimeSpan.FromSeconds(25));
        string later = cluster.Get(Kind.Lease, "node-1", "kube-node-lease").Text("spec", "renewTime");
        (DateTimeOffset.Parse(later, null) - DateTimeOffset.Parse(first, null)).TotalSeconds.ShouldBe(20, tolerance: 0.1);
    }

    [Fact]
    public async Task ASilentKubeletsNodeIsUnknownAfterTheGraceAndItsPodsLeaveAfterTheirToleration()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("tolerant", spec: Tolerating("""{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":60}""")));
        cluster.Create(Kind.Pod, Objects.Pod("faithful", spec: Tolerating("""{"operator":"Exists"}""")));
        cluster.Advance(Enough);
        Gone(cluster);
        cluster.Advance(TimeSpan.FromSeconds(35));
        Ready(cluster).ShouldBe("True");
        cluster.Advance(TimeSpan.FromSeconds(20));
        Ready(cluster).ShouldBe("Unknown");
        cluster.Get(Kind.Node, "node-1").Items("spec", "taints").Select(taint => taint.Text("key") + taint.Text("effect"))
            .ShouldBe(["node.kubernetes.io/unreachableNoSchedule", "node.kubernetes.io/unreachableNoExecute"]);
        PodState.IsReady(cluster.Get(Kind.Pod, "tolerant")).ShouldBeFalse();
        cluster.Get(Kind.Pod, "tolerant").IsDeleting().ShouldBeFalse();
        cluster.Advance(TimeSpan.FromSeconds(61));
        cluster.Get(Kind.Pod, "tolerant").IsDeleting().ShouldBeTrue("nobody is there to end it");
        cluster.Get(Kind.Pod, "faithful").IsDeleting().ShouldBeFalse();
    }

    [Fact]
    public async Task AKubeletThatRenewsSeldomIsMissedAsSoonAsAnother()
    {
        await using var cluster = new SimulatedCluster(nodes: 1, new KubeletSettings { Heartbeat = TimeSpan.FromMinutes(10) });
        string first = cluster.Get(Kind.Lease, "node-1", "kube-node-lease").Text("spec", "renewTime");
        cluster.Advance(TimeSpan.FromMinutes(9));
        Ready(cluster).ShouldBe("True");
        cluster.Get(Kind.Lease, "node-1", "kube-node-lease").Text("spec", "renewTime").ShouldBe(first);
        cluster.Get(Kind.Lease, "node-1", "kube-node-lease").Number("spec", "leaseDurationSeconds").ShouldBe(2400);
        Gone(cluster);
        cluster.Advance(TimeSpan.FromSeconds(49));
        Ready(cluster).ShouldBe("True");
        cluster.Advance(TimeSpan.FromSeconds(2));
        Ready(cluster).ShouldBe("Unknown");
    }

    [Fact]
    public async Task AKubeletThatReturnsMakesNodeAndPodsReadyAgain()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("faithful", spec: Tolerating("""{"operator":"Exists"}""")));
        cluster.Advance(Enough);
        Gone(cluster);
        cluster.Advance(TimeSpan.FromSeconds(60));
        cluster.Edit(Kind.Node, "node-1", node => node.Ensure("metadata").Remove("annotations"));
        cluster.Advance(Enough);
        Ready(cluster).ShouldBe("True");
        cluster.Get(Kind.Node, "node-1").Items("spec", "taints").ShouldBeEmpty();
        PodState.IsReady(cluster.Get(Kind.Pod, "faithful")).ShouldBeTrue();
    }

    [Fact]
    public async Task ACordonIsATaintAndAnUncordonTakesItAway()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Edit(Kind.Node, "node-1", node => node.Ensure("spec")["unschedulable"] = true);
        cluster.Get(Kind.Node, "node-1").Items("spec", "taints").Single().Text("key").ShouldBe("node.kubernetes.io/unschedulable");
        cluster.Create(Kind.Pod, Objects.Pod("waits"));
        cluster.Settle();
        cluster.Get(Kind.Pod, "waits").Condition("PodScheduled").Text("message")
            .ShouldBe("0/1 nodes are available: 1 node(s) were unschedulable.");
        cluster.All(Kind.Event).Select(item => item.Text("reason")).ShouldContain("FailedScheduling");

        cluster.Edit(Kind.Node, "node-1", node => node.Ensure("spec").Remove("unschedulable"));
        cluster.Get(Kind.Node, "node-1").Items("spec", "taints").ShouldBeEmpty();
        PodState.NodeName(cluster.Get(Kind.Pod, "waits")).ShouldBe("node-1");
    }

    [Fact]
    public async Task APodOfANodeThatIsGoneIsCollected()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("bare"));
        cluster.Advance(Enough);
        cluster.Delete(Kind.Node, "node-1");
        cluster.Advance(TimeSpan.FromSeconds(30));
        cluster.Find(Kind.Pod, "bare").ShouldNotBeNull();
        cluster.Advance(TimeSpan.FromSeconds(15));
        cluster.Find(Kind.Pod, "bare").ShouldBeNull();
    }

    [Fact]
    public async Task ADrainedNodeThatNeverComesBackKeepsItsTerminatingPod()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("bare"));
        cluster.Advance(Enough);
        Gone(cluster);
        cluster.Delete(Kind.Pod, "bare");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Get(Kind.Pod, "bare").IsDeleting().ShouldBeTrue();
        cluster.Delete(Kind.Pod, "bare", grace: 0);
        cluster.Find(Kind.Pod, "bare").ShouldBeNull();
    }

    [Fact]
    public async Task EventsAreForgottenAfterAnHour()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("bare"));
        cluster.Advance(Enough);
        cluster.All(Kind.Event).ShouldNotBeEmpty();
        cluster.Advance(TimeSpan.FromMinutes(61));
        cluster.All(Kind.Event).ShouldBeEmpty();
    }

    private static string Ready(SimulatedCluster cluster) => cluster.Get(Kind.Node, "node-1").Condition("Ready").Text("status");

    private static void Gone(SimulatedCluster cluster) => cluster.Edit(
        Kind.Node, "node-1", node => node.Ensure("metadata", "annotations")["sandbox.nodeguard.io/kubelet"] = "gone");

    private static string Tolerating(string toleration) =>
        $$"""{"containers":[{"name":"main","image":"a"}],"tolerations":[{{toleration}}]}""";
}
