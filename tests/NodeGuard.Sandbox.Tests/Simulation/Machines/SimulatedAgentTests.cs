using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class SimulatedAgentTests
{
    private const string Node = "workers-0001";
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 2, Agents = true };

    [Fact]
    public async Task AnAgentTellsItsBootItsImageAndItsRoutesAndThatItLives()
    {
        await using ProviderCluster cluster = Start();
        JsonObject guarded = cluster.Get(MachineResources.GuardedNodes, Node);
        guarded.Text("status", "bootID").ShouldBe(cluster.Node(Node).Text("status", "nodeInfo", "bootID"));
        guarded.Text("status", "image", "version").ShouldBe("debian-12.1");
        guarded.Text("status", "routes", "state").ShouldBe("Intact");
        guarded.Condition("RoutesIntact").Text("status").ShouldBe("True");
        DateTimeOffset first = guarded.Time("status", "heartbeat")!.Value;
        long revision = cluster.Cluster.Store.Revision;
        cluster.Advance(299);
        cluster.Get(MachineResources.GuardedNodes, Node).Time("status", "heartbeat").ShouldBe(first);
        cluster.Advance(2);
        (cluster.Get(MachineResources.GuardedNodes, Node).Time("status", "heartbeat")!.Value - first).TotalSeconds.ShouldBe(300, tolerance: 1.1);
        cluster.Cluster.Store.Revision.ShouldBeGreaterThan(revision);
    }

    [Fact]
    public async Task AnAgentSaysNothingWithoutItsGuardedNode()
    {
        await using ProviderCluster cluster = Start();
        cluster.Find(MachineResources.GuardedNodes, "workers-0002").ShouldBeNull();
        cluster.Advance(600);
        cluster.Find(MachineResources.GuardedNodes, "workers-0002").ShouldBeNull();
    }

    [Fact]
    public async Task ARebootIsAcceptedRunsAndIsDoneWithANewBoot()
    {
        await using ProviderCluster cluster = Start();
        string boot = cluster.Node(Node).Text("status", "nodeInfo", "bootID");
        string uid = cluster.Node(Node).Uid();
        Order(cluster, "one", TimeSpan.FromMinutes(10));
        cluster.Advance(60);
        State(cluster).ShouldBe("one Running");
        ProviderCluster.IsReady(cluster.Node(Node)).ShouldBeFalse();
        cluster.Advance(60);
        State(cluster).ShouldBe("one Done");
        string after = cluster.Node(Node).Text("status", "nodeInfo", "bootID");
        after.ShouldNotBe(boot);
        cluster.Get(MachineResources.GuardedNodes, Node).Text("status", "bootID").ShouldBe(after);
        cluster.Node(Node).Uid().ShouldBe(uid);
        ProviderCluster.IsReady(cluster.Node(Node)).ShouldBeTrue();
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Node(Node).Text("status", "nodeInfo", "bootID").ShouldBe(after, "an operation is done once");
        Order(cluster, "two", TimeSpan.FromMinutes(10));
        cluster.Advance(130);
        State(cluster).ShouldBe("two Done");
        cluster.Node(Node).Text("status", "nodeInfo", "bootID").ShouldNotBe(after);
    }

    [Theory]
    [InlineData("Kexec", false)]
    [InlineData("SoftReboot", true)]
    public async Task ASoftRebootKeepsTheBoot_AndAKexecDoesNot(string kind, bool keeps)
    {
        await using ProviderCluster cluster = Start();
        string boot = cluster.Node(Node).Text("status", "nodeInfo", "bootID");
        Order(cluster, "one", TimeSpan.FromMinutes(10), kind);
        cluster.Advance(60);
        ProviderCluster.IsReady(cluster.Node(Node)).ShouldBeFalse();
        cluster.Advance(60);
        State(cluster).ShouldBe("one Done");
        (cluster.Node(Node).Text("status", "nodeInfo", "bootID") == boot).ShouldBe(keeps);
    }

    [Fact]
    public async Task ADpkgThatBrokeOffInstallsNothingBeforeItIsRepaired()
    {
        await using ProviderCluster cluster = Start();
        cluster.Fault(MachineResources.Nodes, Node, "dpkg-interrupted");
        cluster.Get(MachineResources.GuardedNodes, Node).At("status", "updates").Flag("interrupted").ShouldBeTrue();
        Order(cluster, "one", TimeSpan.FromMinutes(10), "Update");
        cluster.Advance(600);
        State(cluster).ShouldBe("one Failed");
        Order(cluster, "two", TimeSpan.FromMinutes(10), "Update", repair: true);
        cluster.Advance(600);
        State(cluster).ShouldBe("two Done");
        cluster.Get(MachineResources.GuardedNodes, Node).At("status", "updates").Flag("interrupted").ShouldBeFalse();
    }

    [Fact]
    public async Task AnOperationPastItsDeadlineIsIgnored()
    {
        await using ProviderCluster cluster = Start();
        string boot = cluster.Node(Node).Text("status", "nodeInfo", "bootID");
        Order(cluster, "late", TimeSpan.FromSeconds(-1));
        cluster.Advance(600);
        State(cluster).ShouldBe(" ");
        cluster.Node(Node).Text("status", "nodeInfo", "bootID").ShouldBe(boot);
    }

    [Fact]
    public async Task ARebootThatNeverEndsLeavesTheNodeNotReady()
    {
        await using ProviderCluster cluster = Start();
        cluster.Fault(MachineResources.Nodes, Node, "reboot-never-ends");
        Order(cluster, "one", TimeSpan.FromMinutes(10));
        cluster.Advance(TimeSpan.FromHours(1));
        State(cluster).ShouldBe("one Running");
        ProviderCluster.IsReady(cluster.Node(Node)).ShouldBeFalse();
    }

    [Fact]
    public async Task LostRoutesAreReportedAtOnceAndTheirReturnToo()
    {
        await using ProviderCluster cluster = Start();
        cluster.Fault(MachineResources.Nodes, Node, "routes-lost");
        cluster.Get(MachineResources.GuardedNodes, Node).Text("status", "routes", "state").ShouldBe("Lost");
        cluster.Get(MachineResources.GuardedNodes, Node).Condition("RoutesIntact").Text("status").ShouldBe("False");
        cluster.Fault(MachineResources.Nodes, Node, "");
        cluster.Get(MachineResources.GuardedNodes, Node).Text("status", "routes", "state").ShouldBe("Intact");
    }

    private static ProviderCluster Start() => ProviderCluster.WithAgent(Workers, Node);

    private static void Order(ProviderCluster cluster, string id, TimeSpan within, string kind = "Reboot", bool repair = false) => cluster.Edit(MachineResources.GuardedNodes, Node, item =>
        item["spec"] = new JsonObject
        {
            ["operation"] = new JsonObject
            {
                ["id"] = id,
                ["kind"] = kind,
                ["repair"] = repair,
                ["deadline"] = (cluster.Clock.GetUtcNow() + within).ToApiTime(),
            },
        });

    private static string State(ProviderCluster cluster)
    {
        JsonObject guarded = cluster.Get(MachineResources.GuardedNodes, Node);
        return guarded.Text("status", "operation", "id") + " " + guarded.Text("status", "operation", "state");
    }
}
