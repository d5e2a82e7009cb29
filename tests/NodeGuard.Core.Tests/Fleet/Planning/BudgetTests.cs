using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Units;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

[Trait("Invariant", "5")]
public class BudgetTests
{
    [Theory]
    [InlineData("10%", 5, 1)]
    [InlineData("10%", 29, 2)]
    [InlineData("10%", 30, 3)]
    [InlineData("1%", 30, 1)]
    [InlineData("100%", 7, 7)]
    [InlineData("0%", 30, 0)]
    [InlineData("0", 30, 0)]
    [InlineData("4", 30, 4)]
    public void PercentagesRoundDownButNeverToNothing(string limit, int nodes, int starts) =>
        Started(State(Limited(limit), Nodes(nodes))).Length.ShouldBe(starts);

    [Theory]
    [InlineData("5", "3", 3)]
    [InlineData("3", "5", 3)]
    [InlineData("0", "5", 0)]
    [InlineData("20%", "100%", 4)]
    public void TheNarrowestOfFleetAndPolicyHolds(string fleet, string policy, int starts) =>
        Started(State(Limited(policy), Nodes(20)) with { Budget = Budget(fleet) }).Length.ShouldBe(starts);

    [Theory]
    [InlineData("1", null, 3)]
    [InlineData(null, "1", 3)]
    [InlineData("50%", "1", 3)]
    [InlineData("50%", null, 9)]
    public void EachZoneHasItsOwnBudget(string? ofFleet, string? ofPolicy, int starts)
    {
        FleetState state = State(
            Policy() with { Budget = Budget("100", ofPolicy) },
            [.. Nodes(18, static node => node with { Zone = "abc"[node.Name[^1] % 3].ToString() })]);
        Started(state with { Budget = Budget("100", ofFleet) }).Length.ShouldBe(starts);
    }

    [Fact]
    public void NodesWithoutAZoneAreInNoZone() =>
        Started(State(Policy() with { Budget = Budget("100", "1") }, Nodes(5))).Length.ShouldBe(5);

    [Fact]
    public void NodesOfNoPolicyUseTheFleetsBudget()
    {
        FleetNode[] sick = [Node(8, "other") with { Ready = false }, Node(9, "other") with { Cordoned = true, CordonedByOthers = true }];
        Started(State(Policy(), [.. Nodes(5), .. sick]) with { Budget = Budget("3") }).ShouldBe(["node-001"]);
    }

    [Fact]
    public void ANodeThatIsAwayForSeveralReasonsCountsOnce()
    {
        FleetNode busy = Node(1) with { Ready = false, Cordoned = true, LeavingBecause = "it is being deleted" };
        FleetState state = State(Limited("2"), [busy, .. Nodes(5)[1..]]) with { Slots = [SlotOf(busy)], Recycles = [Running(busy)] };
        Started(state).ShouldBe(["node-002"]);
        Plan(state).Policies.Single().Unavailable.ShouldBe(2);
    }

    [Theory]
    [InlineData("not ready")]
    [InlineData("cordoned")]
    [InlineData("leaving")]
    [InlineData("slot")]
    public void EachCauseOfBeingAwayUsesTheBudget(string cause)
    {
        FleetNode away = Node(1);
        away = away with { Ready = cause != "not ready", Cordoned = cause == "cordoned", CordonedByOthers = cause == "cordoned", LeavingBecause = cause == "leaving" ? "Karpenter" : null };
        FleetState state = State(Limited("1"), away, Node(2)) with { Slots = cause == "slot" ? [SlotOf(away)] : [], Recycles = cause == "slot" ? [Running(away)] : [] };
        ObstacleOf(state, 2)?.Kind.ShouldBe(ObstacleKind.PolicyBudget);
        Started(state).ShouldNotContain("node-002");
    }

    [Fact]
    public void AMachineThatIsGoneCountsUntilItsSlotIsGivenBack()
    {
        FleetState state = State(Limited("1"), Node(2)) with { Slots = [SlotOf(Node(1))], Recycles = [Running(Node(1))] };
        Started(state).ShouldBeEmpty();
        Started(state with { Slots = [], Recycles = [] }).ShouldBe(["node-002"]);
    }

    [Fact]
    public void ASuccessorThatComesUpIsTheSameDisruptionAsItsPredecessor()
    {
        FleetNode successor = Node(9) with { Ready = false, BornAt = Now.AddMinutes(-1), Image = "2" };
        FleetState state = State(Limited("2"), Node(2), Node(3), successor) with { Slots = [SlotOf(Node(1))], Recycles = [Running(Node(1))] };
        Started(state).ShouldBe(["node-002"]);
        Plan(state).Policies.Single().Unavailable.ShouldBe(2);
    }

    [Theory]
    [InlineData("before its predecessor went")]
    [InlineData("in another pool")]
    [InlineData("in another zone")]
    public void ASickNodeIsNoSuccessor(string when)
    {
        FleetNode gone = Node(1) with { Zone = "a" };
        FleetNode sick = Node(9, when == "in another pool" ? "other" : "workers") with
        {
            Ready = false,
            Zone = when == "in another zone" ? "b" : "a",
            BornAt = when == "before its predecessor went" ? Now.AddHours(-1) : Now.AddMinutes(-1),
        };
        FleetState state = State(Policy(), Node(2), sick) with { Slots = [SlotOf(gone)], Recycles = [Running(gone)], Budget = Budget("2") };
        ObstacleOf(state, 2)?.Kind.ShouldBe(ObstacleKind.FleetBudget);
    }

    [Fact]
    public void ANodeThatIsAwayAlreadyCostsNoMore()
    {
        FleetNode sick = Node(1) with { Ready = false };
        Started(State(Limited("1"), sick, Node(2))).ShouldBe(["node-001"]);
        Started(State(Limited("0"), sick, Node(2))).ShouldBeEmpty();
        Started(State(Limited("1"), sick, Node(2)) with { Slots = [SlotOf(Node(2))], Recycles = [Running(Node(2))] }).ShouldBeEmpty();
    }

    /// <summary>It may come back before it is cordoned, and would be one too many.</summary>
    [Fact]
    public void WhoWasGivenNoRoomOfItsOwnIsTold()
    {
        FleetState state = State(Limited("3"), Node(1) with { Ready = false }, Node(2), Node(3) with { Ready = true });

        FleetPlanner.Plan(state, Now).Starts.Select(static start => (start.Node.Name, start.WasUnavailable))
            .ShouldBe([("node-001", true), ("node-002", false), ("node-003", false)]);
    }

    [Fact]
    public void APersonsRequestWaitsForABudgetTooEvenWithForce()
    {
        FleetState state = State(Limited("1"), Node(1), Node(2) with { Ready = false });
        ObstacleOf(state with { Recycles = [Request(Node(1), forced: true)] }, 1)!.Kind.ShouldBe(ObstacleKind.PolicyBudget);
    }

    [Fact]
    public void StartsAreSpacedWithinOnePlanToo()
    {
        Policy spaced = Policy() with { Budget = new DisruptionBudget(CountOrPercent.Of(9), MinSpacing: TimeSpan.FromMinutes(2)) };
        FleetState state = State(spaced, Nodes(3));
        Started(state).ShouldBe(["node-001"]);
        Outlook(state, 2).Next.ShouldBe(Now.AddMinutes(2));
        PastStart last = new("workers", Now, ForAge: false);
        Started(state with { Starts = [last] }, Now.AddSeconds(119)).ShouldBeEmpty();
        Started(state with { Starts = [last] }, Now.AddSeconds(120)).ShouldBe(["node-001"]);
    }

    [Fact]
    public void AnHourHasItsStarts()
    {
        Policy limited = Policy() with { Budget = new DisruptionBudget(CountOrPercent.Of(9), MaxStartsPerHour: 3) };
        FleetState state = State(limited, Nodes(9)) with { Starts = [Past(-61), Past(-50), Past(-5)] };
        Started(state).ShouldBe(["node-001"]);
        Outlook(state, 2).Next.ShouldBe(Now.AddMinutes(10));
        ObstacleOf(State(limited with { Budget = limited.Budget with { MaxStartsPerHour = 0 } }, Node(1)), 1)!.Kind.ShouldBe(ObstacleKind.StartsPerHour);
        PastStart Past(int minutes) => new("workers", Now.AddMinutes(minutes), ForAge: false);
    }

    private static Policy Limited(string limit) => Policy() with { Budget = Budget(limit) };

    private static DisruptionBudget Budget(string limit, string? perZone = null) =>
        new(Parse(limit), perZone is null ? null : Parse(perZone));

    private static CountOrPercent Parse(string text) => CountOrPercent.TryParse(text, out CountOrPercent value) ? value : throw new FormatException(text);
}
