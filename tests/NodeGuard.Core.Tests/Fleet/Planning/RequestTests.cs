using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Units;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>Requests, reasons, and the order in which nodes go.</summary>
public class RequestTests
{
    private static readonly Policy Content = Policy() with { Image = "1" };
    private static readonly FleetNode One = Node(1);

    [Fact]
    public void APersonNeedsNoReasonNoWindowNoWaveAndNoSpacing()
    {
        Policy narrow = Policy() with
        {
            Windows = [Daily(22, 4)],
            Waves = [new Wave("none", Selector: Labelled("pool", "workers"), Soak: TimeSpan.FromDays(1)), new Wave("rest")],
            Budget = new DisruptionBudget(CountOrPercent.Of(9), MinSpacing: TimeSpan.FromHours(1), MaxStartsPerHour: 0),
        };
        Started(State(narrow, One) with { Recycles = [Request(One)], Starts = [new PastStart("workers", Now, ForAge: false)] }).ShouldBe(["node-001"]);
    }

    [Theory]
    [InlineData("excluded")]
    [InlineData("cordoned")]
    [InlineData("no policy")]
    public void APersonMayAskForANodeThatIsOtherwiseLeftAlone(string why)
    {
        FleetNode node = One with { ExcludedBy = why == "excluded" ? "a" : null, Cordoned = why == "cordoned", CordonedByOthers = why == "cordoned" };
        FleetState state = State(Content, node) with { Recycles = [Request(node)] };
        RecycleStart start = Plan(why == "no policy" ? state with { Policies = [] } : state).Starts.ShouldHaveSingleItem();
        start.Recycle!.Name.ShouldBe(Request(node).Name);
        start.Policy.ShouldBe(why == "no policy" ? "" : "workers");
    }

    [Fact]
    public void WhatIsStoppedGoesOnlyWithForce()
    {
        foreach (FleetState stopped in new[]
        {
            State(Content, One) with { Paused = true },
            State(Content, One) with { FrozenBecause = "routes" },
            State(Content with { Paused = true }, One),
            State(Content with { FrozenBecause = "failures" }, One),
        })
        {
            Started(stopped with { Recycles = [Request(One)] }).ShouldBeEmpty();
            Started(stopped with { Recycles = [Request(One, forced: true)] }).ShouldBe(["node-001"]);
        }
    }

    [Fact]
    public void NotEvenForceTakesANodeOfTwoPoliciesOrOneThatLeaves()
    {
        FleetState state = State(Content, One) with { Recycles = [Request(One, forced: true)] };
        Started(state with { Policies = [Content, Content with { Name = "again" }] }).ShouldBeEmpty();
        Started(state with { Nodes = [One with { LeavingBecause = "it is being deleted" }] }).ShouldBeEmpty();
    }

    [Fact]
    public void WhatFailedRestsUnlessAPersonAsksAnew()
    {
        FleetNode rests = One with { RestsUntil = Now.AddMinutes(1) };
        Started(State(Policy(), rests)).ShouldBeEmpty();
        Started(State(Policy(), rests), Now.AddMinutes(1)).ShouldBe(["node-001"]);
        Started(State(Policy(), rests) with { Recycles = [Request(rests)] }).ShouldBe(["node-001"]);
        Started(State(Policy(), rests) with { Recycles = [Request(rests) with { NotBefore = Now.AddMinutes(1) }] }).ShouldBeEmpty();
    }

    [Fact]
    public void SeveralReasonsAreOneDisruptionTheMostUrgentFirst()
    {
        Policy all = DayPolicy() with { Image = "2", RecycleOnDrift = true, RebootWhenRequired = true };
        FleetNode node = One with { BornAt = Now.AddHours(-20), Drift = DriftState.Drifted, RebootRequired = true };
        RecycleStart start = Plan(State(all, node) with { Recycles = [Request(node)] }).Starts.ShouldHaveSingleItem();
        start.Reasons.ShouldBe([RecycleReason.Manual, RecycleReason.Image, RecycleReason.Drift, RecycleReason.Age, RecycleReason.Reboot]);
        start.Deadline.ShouldBe(Now.AddHours(4));
    }

    [Fact]
    public void ARebootCuresNeitherAnImageNorAnAge()
    {
        Policy reboot = DayPolicy() with { Image = "2", RecycleOnDrift = true, RebootWhenRequired = true, Method = ReplacementMethod.Reboot };
        FleetNode node = One with { BornAt = Now.AddHours(-20), Drift = DriftState.Drifted };
        Started(State(reboot, node)).ShouldBeEmpty();
        Plan(State(reboot, node with { RebootRequired = true })).Starts.ShouldHaveSingleItem().Reasons.ShouldBe([RecycleReason.Reboot]);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void WhatNobodyHasToldAsksForNothingAndIsCounted()
    {
        FleetNode node = One with { Image = null, RebootRequired = null, Drift = DriftState.Unknown };
        FleetPlan plan = Plan(State(Policy() with { RebootWhenRequired = true, RecycleOnDrift = true }, node));
        plan.Starts.ShouldBeEmpty();
        plan.Policies.Single().UnknownImage.ShouldBe(1);
        plan.Policies.Single().Outdated.ShouldBe(0);
    }

    [Fact]
    public void FirstWhoIsForcedThenByHandThenWhatIsLateThenByReasonThenByDeadline()
    {
        FleetNode[] nodes =
        [
            Node(1) with { RebootRequired = true },
            Node(2) with { Image = "0" },
            Node(3) with { Image = "0", BornAt = Now.AddHours(-20) },
            Node(4) with { BornAt = Now.AddHours(-23.9) },
            Node(5),
            Node(6),
            Node(7) with { Image = "0", BornAt = Now.AddHours(-21) },
        ];
        FleetState state = State(DayPolicy() with { Image = "1", RebootWhenRequired = true }, nodes) with { Recycles = [Request(nodes[4]), Request(nodes[5], forced: true)] };
        Started(state).ShouldBe(["node-006", "node-005", "node-004", "node-007", "node-003", "node-002", "node-001"]);
    }

    [Fact]
    public void OfSeveralRequestsForOneNodeThePersonsIsTaken()
    {
        PlannedRecycle later = Request(One) with { Name = "later", RequestedAt = Now.AddMinutes(1) };
        FleetPlan plan = Plan(State(Policy(), One) with { Recycles = [Automatic(One), later, Request(One)] });
        plan.Starts.ShouldHaveSingleItem().Recycle!.Name.ShouldBe(Request(One).Name);
    }

    [Fact]
    public void AWaitingRecycleOfOurOwnIsAdmittedRatherThanMadeAgain() =>
        Plan(State(Policy(), One) with { Recycles = [Automatic(One)] }).Starts.ShouldHaveSingleItem().Recycle!.Uid.ShouldBe(Automatic(One).Uid);

    [Fact]
    public void WhatNothingAsksForAnyMoreIsWithdrawn()
    {
        FleetPlan plan = Plan(State(Content, One) with { Recycles = [Automatic(One)] });
        plan.Starts.ShouldBeEmpty();
        plan.Withdrawals.ShouldHaveSingleItem().Why.ShouldBe("nothing asks for it any more: nothing asks for it");
        Plan(State(Content, One) with { Recycles = [Request(One)], Paused = true }).Withdrawals.ShouldBeEmpty();
        Plan(State(Policy(), One) with { Recycles = [Automatic(One)], Paused = true }).Withdrawals.ShouldBeEmpty();
    }

    [Fact]
    public void ARequestForANodeThatIsNoMoreIsWithdrawnWhoeverMadeIt()
    {
        Plan(State(Content, Node(2)) with { Recycles = [Request(One)] }).Withdrawals.ShouldHaveSingleItem().Why.ShouldBe("node node-001 does not exist");
        FleetPlan anew = Plan(State(Content, One with { Uid = "another" }) with { Recycles = [Request(One)] });
        anew.Starts.ShouldBeEmpty();
        anew.Withdrawals.ShouldHaveSingleItem().Why.ShouldBe("node node-001 was made anew since this was asked for");
    }

    [Fact]
    public void ARequestWithoutAUidIsForTheNodeOfThatName() =>
        Started(State(Content, One with { Uid = "another" }) with { Recycles = [Request(One) with { NodeUid = "" }] }).ShouldBe(["node-001"]);

    [Fact]
    public void APolicyTellsHowItStands()
    {
        FleetNode[] nodes = [Node(1) with { Image = "2", BornAt = Now.AddHours(-30) }, .. Nodes(4)[1..], Node(5) with { Ready = false }, Node(6) with { Image = null }];
        Policy policy = DayPolicy() with { Image = "2", Budget = new DisruptionBudget(CountOrPercent.Percent(50)) };
        PolicyOutlook outlook = Plan(State(policy, nodes) with { Recycles = [Running(nodes[1])], Slots = [SlotOf(nodes[1])] }).Policies.Single();
        outlook.ShouldBe(new PolicyOutlook
        {
            Name = "workers",
            Nodes = 6,
            Unavailable = 3,
            Allowed = 3,
            InProgress = 1,
            Outdated = 4,
            UnknownImage = 1,
            Overdue = 1,
            Oldest = nodes[0],
            NextStart = Now,
            Conflicts = outlook.Conflicts,
        });
    }
}
