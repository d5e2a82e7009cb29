using NodeGuard.Core.Fleet.Planning;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

public class PaceTests
{
    [Fact]
    public void NodesThatWereBornTogetherGoOneAfterAnother()
    {
        // 60 nodes are 7 h old, and the last must start about 16 h from now.
        FleetState state = State(DayPolicy(), Aged(60, hours: 7));
        Started(state).Length.ShouldBe(1);
        PastStart last = new("workers", Now, ForAge: true);
        DateTimeOffset next = Plan(state with { Starts = [last] }).Policies.Single().NextStart.ShouldNotBeNull();
        (next - Now).TotalMinutes.ShouldBeInRange(14, 17);
        Started(state with { Starts = [last] }, next.AddSeconds(-1)).ShouldBeEmpty();
        Started(state with { Starts = [last] }, next).Length.ShouldBe(1);
    }

    [Fact]
    public void NobodyGoesBeforeItsEarliestTime()
    {
        FleetState state = State(DayPolicy(jitterHours: 6), Aged(60, hours: 17.99));
        Started(state).ShouldBeEmpty();
        Started(state, Now.AddMinutes(1)).Length.ShouldBe(1);
    }

    [Fact]
    public void WithoutJitterAllGoAtTheLastMoment()
    {
        FleetState state = State(DayPolicy(jitterHours: 0), Aged(5, hours: 23.6));
        Started(state).ShouldBeEmpty();
        Started(state, Now.AddHours(0.4)).Length.ShouldBe(5);
    }

    [Fact]
    public void OneThatIsLateAndCannotGoHurriesNobodyBehindIt()
    {
        FleetNode stuck = Node(99) with { BornAt = Now.AddHours(-23.9), IsEtcdMember = true };
        FleetState state = State(DayPolicy(), [stuck, .. Aged(60, hours: 7)]) with { Starts = [new PastStart("workers", Now.AddMinutes(-5), ForAge: true)] };
        ObstacleOf(state, 99)!.Kind.ShouldBe(ObstacleKind.EtcdQuorum);
        Started(state).ShouldBeEmpty();
    }

    [Fact]
    public void WhatIsLateGoesAtOnce() => Started(State(DayPolicy(), Aged(5, hours: 23.9))).Length.ShouldBe(5);

    [Fact]
    public void AControllerThatWasAwayMakesUpForTenMinutesAtMost()
    {
        // 600 nodes in about 16 h are one in 1.6 min.
        FleetState state = State(DayPolicy(), Aged(600, hours: 7)) with { Starts = [new PastStart("workers", Now.AddHours(-3), ForAge: true)] };
        Started(state).Length.ShouldBeInRange(5, 7);
    }

    [Fact]
    public void PlansAtTheirOwnTimesKeepThePaceOnAverage()
    {
        // One in 1.6 min, with a plan every minute: neither one nor two each time.
        FleetState state = State(DayPolicy(), Aged(600, hours: 7)) with { Starts = [new PastStart("workers", Now, ForAge: true)] };
        var starts = new List<PastStart>(state.Starts);
        for (int minute = 1; minute <= 60; minute++)
        {
            FleetState then = state with { Nodes = [.. state.Nodes.Skip(starts.Count)], Starts = starts };
            starts.AddRange(Plan(then, Now.AddMinutes(minute)).Starts.Select(_ => new PastStart("workers", Now.AddMinutes(minute), ForAge: true)).ToArray());
        }

        starts.Count.ShouldBeInRange(36, 39);
    }

    [Fact]
    public void OnlyOpenTimeCounts()
    {
        // Open for 2 h of the 16 that are left: one in 2 min instead of 16.
        FleetState state = State(DayPolicy() with { Windows = [Daily(10, 2.25)] }, Aged(60, hours: 7)) with { Starts = [new PastStart("workers", Now, ForAge: true)] };
        DateTimeOffset next = Plan(state).Policies.Single().NextStart.ShouldNotBeNull();
        (next - Now).TotalMinutes.ShouldBeInRange(1.9, 2.1);
    }

    [Fact]
    public void OtherReasonsHaveNoPace() =>
        Started(State(DayPolicy() with { Image = "2" }, Aged(10, hours: 7))).Length.ShouldBe(10);

    [Fact]
    public void NodesThatAreLeftAloneDoNotQuickenTheOthers()
    {
        FleetNode[] alone = [.. Aged(500, hours: 20).Select(static node => node with { Name = $"x-{node.Name}", Uid = $"x-{node.Uid}", ExcludedBy = "an annotation" })];
        FleetState state = State(DayPolicy(), [.. alone, .. Aged(60, hours: 7)]) with { Starts = [new PastStart("workers", Now.AddMinutes(-10), ForAge: true)] };
        Started(state).ShouldBeEmpty();
    }

    [Fact]
    public void TheSameNodeHasTheSameTimesEverywhere()
    {
        Policy policy = DayPolicy();
        AgeTimesOf("uid-1").ShouldBe(AgeTimesOf("uid-1"));
        Enumerable.Range(0, 1000).Select(i => AgeTimesOf($"uid-{i}")).Distinct().Count().ShouldBe(1000);
        DateTimeOffset? AgeTimesOf(string uid) =>
            Plan(State(policy, [Node(1) with { Uid = uid, BornAt = Now.AddHours(-7) }, Node(2) with { Uid = "0", BornAt = Now.AddHours(-23.9) }]) with { Starts = [new PastStart("workers", Now, ForAge: true)] })
                .Outlooks[0].Next;
    }

    private static FleetNode[] Aged(int count, double hours) => Nodes(count, node => node with { BornAt = Now.AddHours(-hours) });
}
