using NodeGuard.Core.Fleet.Planning;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

[Trait("Invariant", "5")]
public class QuorumTests
{
    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 0, 0)]
    [InlineData(3, 0, 1)]
    [InlineData(3, 1, 0)]
    [InlineData(5, 0, 1)]
    [InlineData(5, 1, 0)]
    public void OneControlPlaneNodeAtATimeAndNeverTheQuorum(int nodes, int sick, int starts)
    {
        FleetState state = State(Policy(), ControlPlanes(nodes, sick));
        Plan(state).Starts.Count(static start => start.Node.Ready).ShouldBe(starts);
        Plan(state).Starts.Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 0)]
    [InlineData(5, 2, 0)]
    public void ASickMemberMayBeReplacedWhileTheOthersHold(int nodes, int sick, int starts) =>
        Plan(State(Policy(), ControlPlanes(nodes, sick))).Starts.Count(static start => !start.Node.Ready).ShouldBe(starts);

    [Fact]
    public void EtcdOnNodesOfItsOwnKeepsItsQuorumWithoutAControlPlane()
    {
        FleetNode[] members = Nodes(5, static node => node with { IsEtcdMember = true });
        Started(State(Policy(), members)).ShouldBe(["node-001", "node-002"]);
        ObstacleOf(State(Policy(), members), 3)!.Kind.ShouldBe(ObstacleKind.EtcdQuorum);
    }

    [Fact]
    public void AControlPlaneNodeThatIsGoneIsAwayUntilItsSlotIsGivenBack()
    {
        FleetNode[] planes = Nodes(3, static node => node with { IsControlPlane = true });
        FleetState state = State(Policy(), [.. planes[1..], Node(4)]) with { Recycles = [Running(planes[0])] };
        ObstacleOf(state with { Slots = [SlotOf(planes[0])] }, 2)!.Kind.ShouldBe(ObstacleKind.ControlPlane);
        ObstacleOf(state with { Slots = [SlotOf(planes[0]) with { ControlPlane = true }] }, 2)!.Kind.ShouldBe(ObstacleKind.ControlPlane);
        Started(state with { Slots = [SlotOf(planes[0]) with { ControlPlane = false }] }).ShouldBe(["node-002", "node-004"]);
    }

    [Fact]
    public void AForcedRequestKeepsTheQuorumToo()
    {
        FleetNode[] planes = ControlPlanes(3, 1);
        ObstacleOf(State(Policy(), planes) with { Recycles = [Request(planes[0], forced: true)] }, 1)!.Kind.ShouldBe(ObstacleKind.EtcdQuorum);
    }

    [Fact]
    public void WorkersGoBesideAControlPlaneNode() =>
        Started(State(Policy(), [.. ControlPlanes(3, 0), Node(7), Node(8)])).ShouldBe(["node-001", "node-007", "node-008"]);

    // The last ones are the sick ones.
    private static FleetNode[] ControlPlanes(int nodes, int sick) =>
        Nodes(nodes, node => node with { IsControlPlane = true, IsEtcdMember = true, Ready = int.Parse(node.Name[^3..], null) <= nodes - sick });
}
