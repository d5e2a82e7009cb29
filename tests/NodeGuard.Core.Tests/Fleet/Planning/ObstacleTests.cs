using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Core.Updates.Pending;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Each reason why a node is not started, as a person reads it. The node asked about is the first.</summary>
public class ObstacleTests
{
    private static readonly FleetNode One = Node(1);
    private static readonly FleetNode Two = Node(2);
    private static readonly FleetState Wanted = State(Policy(), One, Two);
    private static readonly PackageVersion Systemd = new("systemd:amd64", "252.38");
    private static readonly Policy Coordinated = Policy() with { Image = null, Updates = UpdateMode.Coordinated };
    private static readonly FleetNode Pending = One with { Pending = new PendingSet("systemd", [Systemd], [Systemd]), Hazard = HazardState.None };

    private static readonly FleetState ControlPlanes = State(
        Policy(), [.. Nodes(3, static node => node with { IsControlPlane = true, IsEtcdMember = true })]);

    private static readonly Dictionary<ObstacleKind, (FleetState State, string Message)> Table = new()
    {
        [ObstacleKind.InProgress] = (Wanted with { Recycles = [Running(One)] }, "it is being recycled: auto-node-001"),
        [ObstacleKind.Conflict] = (
            Wanted with { Policies = [Policy(), Policy() with { Name = "all", Selector = LabelMatch.Everything }] },
            "more than one NodePolicy selects it (workers, all); nothing is done to it until one of them lets go of it"),
        [ObstacleKind.NoPolicy] = (Wanted with { Policies = [] }, "no NodePolicy selects it"),
        [ObstacleKind.PolicyUnusable] = (State(Policy() with { Problem = "maxAge \"x\"" }, One), "its policy cannot be used: maxAge \"x\""),
        [ObstacleKind.Leaving] = (State(Policy(), One with { LeavingBecause = "the autoscaler removes it" }), "it goes away by itself: the autoscaler removes it"),
        [ObstacleKind.NothingToDo] = (State(Policy() with { Image = "1" }, One), "nothing asks for it"),
        [ObstacleKind.TooYoung] = (State(DayPolicy(), One), "its time has not come"),
        [ObstacleKind.Proving] = (
            Wanted with { Recycles = [Running(Node(9)) with { SuccessorUid = One.Uid }] },
            "it has to prove itself first, in the place of a node that went: auto-node-009"),
        [ObstacleKind.FleetPaused] = (Wanted with { Paused = true }, "the fleet is paused: nodeguard resume lets it go on"),
        [ObstacleKind.FleetFrozen] = (Wanted with { FrozenBecause = "3 nodes lost routes" }, "the fleet is frozen: 3 nodes lost routes"),
        [ObstacleKind.PolicyPaused] = (State(Policy() with { Paused = true }, One), "policy workers is paused"),
        [ObstacleKind.PolicyFrozen] = (State(Policy() with { FrozenBecause = "2 recycles failed" }, One), "its policy is frozen: 2 recycles failed"),
        [ObstacleKind.Excluded] = (State(Policy(), One with { ExcludedBy = "nodeguard.io/exclude" }), "it is to be left alone: nodeguard.io/exclude"),
        [ObstacleKind.CordonedByOthers] = (
            State(Policy(), One with { Cordoned = true, CordonedByOthers = true }), "somebody has cordoned it; request a recycle by hand, or uncordon it"),
        [ObstacleKind.BackingOff] = (State(Policy(), One with { RestsUntil = Now.AddHours(1) }), "it was tried and failed, and is tried again later"),
        [ObstacleKind.NeverFits] = (
            State(Policy() with { Windows = [Daily(22, 0.2)] }, One), "no window is long enough: a recycle is expected to take 15 min"),
        [ObstacleKind.WindowClosed] = (State(Policy() with { Windows = [Daily(22, 4)] }, One), "its windows are closed"),
        [ObstacleKind.DoesNotFit] = (
            State(Policy() with { Windows = [Daily(8, 2.1)] }, One), "it would not end inside the window that is open"),
        [ObstacleKind.Wave] = (
            State(Policy() with { Waves = [new Wave("canary", Selector: Labelled("pool", "none")), new Wave("canary2", CountOrPercent.Of(1)), new Wave("rest")] }, One, Two) with { Recycles = [Running(Two)] },
            "an earlier wave comes first: wave canary2 is being rolled out"),
        [ObstacleKind.UpdateHazard] = (
            State(Coordinated, Pending with { Hazard = HazardState.Hazard, HazardReason = "Updating systemd would delete 3 foreign rules." }),
            "updating it may cut it off: Updating systemd would delete 3 foreign rules."),
        [ObstacleKind.UpdateHalted] = (
            State(Coordinated, Pending) with { Halted = [new HaltedVersion(Systemd, "NodeRecycle x failed")] }, "what is pending has hurt a node: systemd:amd64 252.38: NodeRecycle x failed"),
        [ObstacleKind.UpdateWave] = (
            State(Coordinated with { Waves = [new Wave("canary", Selector: Labelled("pool", "none")), new Wave("rest")] }, Pending),
            "an earlier wave is updated first: systemd:amd64 252.38: no node of wave canary has it or waits for it, and nobody has tried it"),
        [ObstacleKind.Pace] = (
            State(DayPolicy(), [.. Nodes(2, static node => node with { BornAt = Now.AddHours(-10) })]) with { Starts = [new PastStart("workers", Now.AddMinutes(-1), ForAge: true)] },
            "nodes of one age are spread, so that they do not go at once"),
        [ObstacleKind.EtcdQuorum] = (
            ControlPlanes with { Nodes = [ControlPlanes.Nodes[0], ControlPlanes.Nodes[1] with { Ready = false }, ControlPlanes.Nodes[2]], Recycles = [] },
            "etcd would lose its quorum: 2 of 3 members are well, 1 would be left, and 2 are needed"),
        [ObstacleKind.ControlPlane] = (
            State(Policy(), [.. Nodes(2, static node => node with { IsControlPlane = true, Ready = node.Name != One.Name }), Node(3) with { IsControlPlane = true, Ready = false }]),
            "one control-plane node at a time: 1 unavailable"),
        [ObstacleKind.FleetBudget] = (
            Wanted with { Budget = new DisruptionBudget(CountOrPercent.Of(0)) }, "the fleet's budget is used: 0 of 2 nodes unavailable, 0 allowed"),
        [ObstacleKind.PolicyBudget] = (
            State(Policy() with { Budget = DisruptionBudget.One }, One, Two with { Ready = false }), "its policy's budget is used: 1 of 2 nodes unavailable, 1 allowed"),
        [ObstacleKind.ZoneBudget] = (
            State(Policy() with { Budget = new DisruptionBudget(CountOrPercent.Of(9), CountOrPercent.Of(1)) }, One with { Zone = "a" }, Two with { Zone = "a", Ready = false }),
            "its zone's budget is used: 1 of 2 nodes in zone a unavailable, 1 allowed"),
        [ObstacleKind.Spacing] = (
            State(Policy() with { Budget = new DisruptionBudget(CountOrPercent.Of(9), MinSpacing: TimeSpan.FromMinutes(10)) }, One) with { Starts = [new PastStart("workers", Now.AddMinutes(-9), ForAge: false)] },
            "starts are spaced: 10 min between two by policy workers"),
        [ObstacleKind.StartsPerHour] = (
            Wanted with { Budget = new DisruptionBudget(CountOrPercent.Of(9), MaxStartsPerHour: 1), Starts = [new PastStart("other", Now.AddMinutes(-59), ForAge: false)] },
            "enough were started within the hour: 1 of 1 in the fleet"),
    };

    public static TheoryData<ObstacleKind> Kinds => [.. Enum.GetValues<ObstacleKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EachHasAStateThatLeadsToItAndASentence(ObstacleKind kind)
    {
        Table.ShouldContainKey(kind);
        Obstacle obstacle = ObstacleOf(Table[kind].State, 1).ShouldNotBeNull();
        obstacle.Kind.ShouldBe(kind);
        obstacle.Message.ShouldBe(Table[kind].Message);
    }

    [Fact]
    public void WithoutAnyTheNodeIsStarted()
    {
        ObstacleOf(Wanted, 1).ShouldBeNull();
        Started(Wanted).ShouldBe(["node-001", "node-002"]);
    }

    /// <summary>A node that has joined since another's machine went is that one's successor, or nobody can tell yet.</summary>
    [Fact]
    public void A_node_that_may_be_the_successor_of_one_that_went_waits_until_that_is_known()
    {
        FleetNode gone = Node(9);
        FleetState state = State(Policy(), One, Two with { BornAt = Now.AddMinutes(-2) }) with
        {
            Recycles = [Running(gone)],
            Slots = [SlotOf(gone)],
        };

        ObstacleOf(state, 1).ShouldBeNull("it was there before");
        ObstacleOf(state, 2).ShouldBe(new Obstacle(ObstacleKind.Proving, "auto-node-009"));
        ObstacleOf(state with { Recycles = [Running(gone) with { SuccessorUid = Two.Uid }] }, 2).ShouldBe(new Obstacle(ObstacleKind.Proving, "auto-node-009"));
        ObstacleOf(state with { Recycles = [Running(gone) with { SuccessorUid = "another" }] }, 2).ShouldBeNull();
        ObstacleOf(state with { Recycles = [] }, 2).ShouldBeNull("its recycle has ended, and nobody looks for a successor any more");
        ObstacleOf(state with { Slots = [SlotOf(gone, "others")] }, 2).ShouldBeNull();
    }

    [Theory]
    [InlineData(ObstacleKind.WindowClosed, 12.0)]
    [InlineData(ObstacleKind.DoesNotFit, 22.0)]
    [InlineData(ObstacleKind.BackingOff, 1.0)]
    [InlineData(ObstacleKind.Spacing, 1.0 / 60)]
    [InlineData(ObstacleKind.StartsPerHour, 1.0 / 60)]
    [InlineData(ObstacleKind.FleetBudget, null)]
    public void WhenItIsKnownToEndThatIsTold(ObstacleKind kind, double? hours) =>
        Outlook(Table[kind].State, 1).Next.ShouldBe(hours is { } known ? Now.AddHours(known) : null);
}
