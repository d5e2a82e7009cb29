using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

/// <summary>What goes wrong with machines of any provider.</summary>
public sealed class MachineFaultTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 3 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMachineThatNeverComesComesWhenTheFaultEnds(bool ofNode)
    {
        await using var cluster = new ProviderCluster(Workers);
        Fault(cluster, ofNode, "never-comes");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(TimeSpan.FromHours(2));
        cluster.Nodes.Length.ShouldBe(2);
        if (ofNode)
        {
            // The node is gone with its annotation: the next machine's fate is the pool's.
            cluster.Delete(MachineResources.Nodes, "workers-0002");
            cluster.Advance(120);
            cluster.Find(MachineResources.Nodes, "workers-0005").ShouldNotBeNull();
            return;
        }

        cluster.Fault(MachineResources.Pools, "workers", "");
        cluster.Advance(30);
        cluster.Nodes.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AWrongImageIsWhatTheSuccessorRuns(bool ofNode)
    {
        await using var cluster = new ProviderCluster(Workers);
        Fault(cluster, ofNode, "wrong-image=debian-11");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(120);
        cluster.Node("workers-0004").Text("status", "nodeInfo", "osImage").ShouldBe("debian-11");
        ProviderCluster.IsReady(cluster.Node("workers-0004")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ANodeThatNeverGetsReadyIsThereAndNotReadyUntilTheFaultEnds(bool ofNode)
    {
        await using var cluster = new ProviderCluster(Workers);
        Fault(cluster, ofNode, "never-ready");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(TimeSpan.FromHours(1));
        ProviderCluster.IsReady(cluster.Node("workers-0004")).ShouldBeFalse();
        cluster.Fault(ofNode ? MachineResources.Nodes : MachineResources.Pools, ofNode ? "workers-0004" : "workers", "");
        cluster.Advance(30);
        ProviderCluster.IsReady(cluster.Node("workers-0004")).ShouldBeTrue();
    }

    [Fact]
    public async Task ASlowBootTakesTenTimes()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Fault(MachineResources.Nodes, "workers-0001", "slow-boot");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(899);
        cluster.Nodes.Length.ShouldBe(2);
        cluster.Advance(1);
        cluster.Nodes.Length.ShouldBe(3);
    }

    [Fact]
    public async Task ANodeReturnsWithTheSameNameAndANewUid()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Fault(MachineResources.Nodes, "workers-0001", "same-name");
        string before = cluster.Node("workers-0001").Uid();
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(120);
        cluster.Node("workers-0001").Uid().ShouldNotBe(before);
    }

    [Fact]
    public async Task AFlappingNodeIsReadyAndNotInTurns()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Fault(MachineResources.Nodes, "workers-0002", "flapping=1m");
        var seen = new List<bool>();
        for (int i = 0; i < 6; i++)
        {
            cluster.Advance(30);
            seen.Add(ProviderCluster.IsReady(cluster.Node("workers-0002")));
        }

        seen.ShouldBe([true, false, false, true, true, false]);
        cluster.Fault(MachineResources.Nodes, "workers-0002", "");
        cluster.Advance(60);
        ProviderCluster.IsReady(cluster.Node("workers-0002")).ShouldBeTrue();
    }

    private static void Fault(ProviderCluster cluster, bool ofNode, string fault) => cluster.Fault(
        ofNode ? MachineResources.Nodes : MachineResources.Pools, ofNode ? "workers-0001" : "workers", fault);
}
