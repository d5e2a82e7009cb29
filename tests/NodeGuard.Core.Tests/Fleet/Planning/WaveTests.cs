using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Units;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

public class WaveTests
{
    private static readonly TimeSpan Soak = TimeSpan.FromMinutes(30);

    private static readonly Policy BySize = Policy() with
    {
        Waves = [new Wave("canary", CountOrPercent.Of(1), Soak: Soak), new Wave("tenth", CountOrPercent.Percent(25), Soak: Soak), new Wave("rest")],
    };

    private static readonly Policy BySelector = Policy() with
    {
        Waves = [new Wave("canary", Selector: Labelled("canary", "yes"), Soak: Soak), new Wave("rest")],
    };

    [Fact]
    public void ACanaryGoesAlone()
    {
        FleetState state = State(BySize, Nodes(20));
        Started(state).ShouldBe(["node-001"]);
        ObstacleOf(state, 2)!.Message.ShouldBe("an earlier wave comes first: wave canary is being rolled out, 0 of 1 have image 2");
        Plan(state).Policies.Single().Wave.ShouldBe(new WaveStand("canary", "2", 0, 1, null));
    }

    [Fact]
    public void TheLastWaveIsToldUntilAllHaveTheImage()
    {
        FleetNode[] nodes = [.. Nodes(20).Select(static (node, i) => i < 8 ? node with { Image = "2", ReadySince = Now.AddDays(-1) } : node)];
        Plan(State(BySize, nodes)).Policies.Single().Wave.ShouldBe(new WaveStand("rest", "2", 8, 20, null));
        Plan(State(BySize, [.. nodes.Select(static node => node with { Image = "2", ReadySince = Now.AddDays(-1) })])).Policies.Single().Wave.ShouldBeNull();
    }

    [Theory]
    [InlineData("drains")]
    [InlineData("is gone")]
    [InlineData("comes up")]
    [InlineData("is being verified")]
    public void NoSecondCanaryStartsWhileTheFirst(string stage)
    {
        FleetNode canary = Node(1);
        FleetNode successor = Node(99) with { Image = stage == "comes up" ? null : "2", Ready = stage != "comes up", BornAt = Now.AddMinutes(-1), ReadySince = Now };
        FleetNode[] there = stage switch { "drains" => [canary with { Cordoned = true }], "is gone" => [], _ => [successor] };
        FleetState state = State(BySize, [.. there, .. Nodes(20)[1..]]) with { Recycles = [Running(canary)], Slots = [SlotOf(canary)] };
        Started(state).ShouldBeEmpty();
    }

    [Fact]
    public void AnotherWaveFollowsWhenTheOneBeforeHasSoaked()
    {
        Started(Rolled(BySize, 1, minutesReady: 29)).ShouldBeEmpty();
        ObstacleOf(Rolled(BySize, 1, minutesReady: 29), 9)!.Message.ShouldBe("an earlier wave comes first: wave canary soaks until 2026-11-21 10:01 UTC");
        Outlook(Rolled(BySize, 1, minutesReady: 29), 9).Next.ShouldBe(Now.AddMinutes(1));
        // 25 % of 20 are 5, and one has it already.
        Started(Rolled(BySize, 1, minutesReady: 30)).ShouldBe(["node-002", "node-003", "node-004", "node-005"]);
        Started(Rolled(BySize, 5, minutesReady: 30)).Length.ShouldBe(15);
    }

    [Fact]
    public void ASickCanaryStopsTheRollout()
    {
        FleetState state = Rolled(BySize, 1, minutesReady: 60);
        state = state with { Nodes = [state.Nodes[0] with { Ready = false }, .. state.Nodes.Skip(1)] };
        Started(state).ShouldBeEmpty();
        ObstacleOf(state, 2)!.Message.ShouldBe("an earlier wave comes first: node node-001 of wave canary has image 2 and is not ready");
    }

    [Fact]
    public void ANodeOfALaterWaveThatBootsHoldsNobody()
    {
        FleetNode gone = Node(50);
        FleetNode booting = Node(99) with { Image = "2", Ready = false, BornAt = Now.AddMinutes(-1) };
        FleetState state = Rolled(BySize, 5, minutesReady: 60);
        state = state with { Nodes = [.. state.Nodes, booting], Recycles = [Running(gone)], Slots = [SlotOf(gone)] };
        Started(state).Length.ShouldBe(15);
    }

    [Fact]
    public void ACanaryThatReboots_SoaksAnew()
    {
        FleetState state = Rolled(BySelector, 1, minutesReady: 60);
        Started(state).Length.ShouldBe(19);
        FleetNode canary = state.Nodes[0];
        Started(state with { Nodes = [canary with { Ready = false }, .. state.Nodes.Skip(1)] }).ShouldBeEmpty();
        Started(state with { Nodes = [canary with { ReadySince = Now.AddMinutes(-2) }, .. state.Nodes.Skip(1)] }).ShouldBeEmpty();
        Started(state with { Nodes = [canary with { ReadySince = Now.AddMinutes(-2) }, .. state.Nodes.Skip(1)] }, Now.AddMinutes(28)).Length.ShouldBe(19);
    }

    [Fact]
    public void AWaveBySelectorIsAllItsNodesAndNoOther()
    {
        FleetNode[] nodes = [.. Nodes(6).Select(static (node, i) => i is 3 or 4 ? Canary(node) : node)];
        Started(State(BySelector, nodes)).ShouldBe(["node-004", "node-005"]);
        Plan(State(BySelector, nodes)).Policies.Single().Wave.ShouldBe(new WaveStand("canary", "2", 0, 2, null));
    }

    [Fact]
    [Trait("Invariant", "5")]
    public void ANodeOfALaterWaveThatAPersonRecyclesTakesNoRoomOfTheCanaries()
    {
        FleetState state = State(BySelector, [Canary(Node(1)), Node(2)]) with { Recycles = [Request(Node(2))] };
        Started(state).ShouldBe(["node-002", "node-001"], ignoreOrder: true);
    }

    [Fact]
    public void AnEmptyWaveIsSkipped() => Started(State(BySelector, Nodes(3))).Length.ShouldBe(3);

    [Fact]
    public void AnOutdatedNodeWaitsForItsWaveWhateverTheReason()
    {
        FleetNode[] nodes = [.. Nodes(3), Node(4) with { BornAt = Now.AddHours(-23.9), RebootRequired = true }];
        Policy policy = BySize with { MaxAge = TimeSpan.FromHours(24), AgeJitter = TimeSpan.FromHours(6), RebootWhenRequired = true };
        FleetState state = State(policy, nodes);
        // The oldest is the canary then.
        Started(state).ShouldBe(["node-004"]);
        ObstacleOf(state with { Recycles = [Running(Node(1))], Slots = [SlotOf(Node(1))] }, 4)!.Kind.ShouldBe(ObstacleKind.Wave);
    }

    [Fact]
    public void NodesThatHaveTheImageGoForTheirAgeDuringARollout()
    {
        FleetState state = Rolled(BySize with { MaxAge = TimeSpan.FromHours(24), AgeJitter = TimeSpan.FromHours(6) }, 1, minutesReady: 1);
        FleetNode old = state.Nodes[0] with { BornAt = Now.AddHours(-23.9) };
        Started(state with { Nodes = [old, .. state.Nodes.Skip(1)] }).ShouldBe(["node-001"]);
    }

    [Fact]
    public void APersonMayBringTheImageToAnyNode() =>
        Started(State(BySize, Nodes(20)) with { Recycles = [Running(Node(1)), Request(Node(7))], Slots = [SlotOf(Node(1))] }).ShouldBe(["node-007"]);

    private static FleetNode Canary(FleetNode node) => node with { Labels = new Dictionary<string, string>(node.Labels) { ["canary"] = "yes" } };

    /// <summary>Of twenty nodes so many have the image, the first of which is a canary by its label.</summary>
    private static FleetState Rolled(Policy policy, int done, int minutesReady) => State(
        policy,
        [.. Nodes(20).Select((node, i) => (i == 0 ? Canary(node) : node) with { Image = i < done ? "2" : "1", ReadySince = Now.AddMinutes(-minutesReady) })]);
}
