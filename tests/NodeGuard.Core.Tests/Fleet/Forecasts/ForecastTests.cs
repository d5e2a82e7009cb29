using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Fleet.Forecasts;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Tests.Fleet.Planning;
using NodeGuard.Core.Units;
using NodeGuard.Testing;
using NodeGuard.Testing.Ageing;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Forecasts;

public class ForecastTests
{
    // The least of a day's work that one node at a time cannot do: 200 x 15 min are 50 h.
    private static readonly FleetState Crowded = State(
        DayPolicy(jitterHours: 22) with { Budget = new DisruptionBudget(CountOrPercent.Of(1)) }, Nodes(200, static node => node with { BornAt = Now.AddHours(-3) }));

    [Fact]
    public void EveryNodeHasItsNextStartBeforeItsDeadline()
    {
        FleetState state = State(DayPolicy(), Nodes(60, static node => node with { BornAt = Now.AddHours(-7) }));
        Forecast forecast = FleetForecast.Of(state, Now, Now.AddDays(3));
        forecast.Misses.ShouldBeEmpty();
        forecast.NextStarts.Keys.Order().ShouldBe(state.Nodes.Select(static node => node.Name));
        forecast.NextStarts.Values.ShouldAllBe(static start => start < Now.AddHours(17));
        forecast.Steps.Where(static step => step.Generation == 2).ShouldNotBeEmpty();
        forecast.Steps.Select(static step => step.Start).ShouldBeInOrder();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void ForecastAndOutcomeAgreeWithinATwentieth(double windowHours)
    {
        Policy policy = TtlTrial.Policy with { Windows = windowHours > 0 ? [Daily(22, windowHours)] : [] };
        DateTimeOffset from = TtlTrial.Birth.AddHours(19);
        FleetNode[] nodes = [.. TtlTrial.BornTogether(120).Select(static (node, i) => node with { BornAt = TtlTrial.Birth.AddHours(-2).AddMinutes(2 * i) })];
        var outcome = new SimulatedFleet(policy, nodes, new DisruptionBudget(CountOrPercent.Percent(100)));
        outcome.Run(SimulatedFleet.Planned, from, from.AddDays(3));
        FleetState state = new() { Nodes = nodes, Policies = [policy], Budget = new DisruptionBudget(CountOrPercent.Percent(100)) };
        Forecast forecast = FleetForecast.Of(state, from, from.AddDays(3));

        outcome.Starts.Count.ShouldBeInRange((int)(forecast.Steps.Count * 0.95), (int)(forecast.Steps.Count * 1.05) + 1);
        // The n-th start is when it was said to be, within a twentieth of the three days.
        foreach ((SimulatedStart was, ForecastStep said) in outcome.Starts.Zip(forecast.Steps))
            (was.At - said.Start).Duration().ShouldBeLessThan(TimeSpan.FromHours(3.6));
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(7, true)]
    public void ANodeIsLateWhenItsMachineIsNotWhenItsSuccessorHasYetToProveItself(int minutesLeft, bool late)
    {
        Policy policy = DayPolicy() with { Expected = TimeSpan.FromMinutes(15), Usual = TimeSpan.FromMinutes(15) };
        FleetState state = State(policy, Nodes(1, node => node with { BornAt = Now.AddHours(-24).AddMinutes(minutesLeft) }));

        FleetForecast.Of(state, Now, Now.AddHours(2)).Misses.Any().ShouldBe(late);
    }

    [Fact]
    public void WhoWillMissItsDeadlineIsNamedWithWhatWouldHelp()
    {
        Forecast forecast = FleetForecast.Of(Crowded, Now, Now.AddDays(2));
        MissedDeadline miss = forecast.Misses[0];
        miss.ShouldBe(new MissedDeadline(miss.Node, 0, "workers", Now.AddHours(21), miss.End, miss.Why, Avoidable: true));

        string[] remedies = [.. Remedies.Of(Crowded, Crowded.Policies[0], forecast, Now, Now.AddDays(2))];

        remedies.Length.ShouldBe(2);
        remedies[0].ShouldMatch("^maxUnavailable [0-9]+ instead of 1 would do$");
        remedies[1].ShouldMatch("^a maxAge of [0-9]+ h is the least that this budget allows$");
        int needed = int.Parse(remedies[0].Split(' ')[1], null);
        FleetForecast.Of(Allowing(needed), Now, Now.AddDays(2)).Misses.ShouldBeEmpty();
        FleetForecast.Of(Allowing(needed - 1), Now, Now.AddDays(2)).Misses.ShouldNotBeEmpty();
        static FleetState Allowing(int nodes) => Crowded with { Policies = [Crowded.Policies[0] with { Budget = new DisruptionBudget(CountOrPercent.Of(nodes)) }] };
    }

    [Fact]
    public void LongerWindowsAreARemedyToo()
    {
        FleetState state = State(
            DayPolicy(jitterHours: 22) with { Windows = [Daily(12, 1)], Budget = new DisruptionBudget(CountOrPercent.Of(5)) },
            Nodes(40, static node => node with { BornAt = Now.AddHours(-3) }));
        Forecast forecast = FleetForecast.Of(state, Now, Now.AddHours(22));
        forecast.Misses.ShouldNotBeEmpty();
        Remedies.Of(state, state.Policies[0], forecast, Now, Now.AddHours(22)).ShouldContain("windows of 3 h instead of 1 h would do");
    }

    [Fact]
    public void WhatNeedsNoRemedyHasNone()
    {
        FleetState state = State(DayPolicy(), Nodes(3));
        Remedies.Of(state, state.Policies[0], FleetForecast.Of(state, Now, Now.AddDays(2)), Now, Now.AddDays(2)).ShouldBeEmpty();
    }

    [Fact]
    public void ANodeThatIsLeftAloneMissesItsDeadlineForThatReason()
    {
        FleetState state = State(DayPolicy(), Node(1), Node(2) with { ExcludedBy = "nodeguard.io/exclude" });
        Forecast forecast = FleetForecast.Of(state, Now, Now.AddDays(2));
        MissedDeadline miss = forecast.Misses.ShouldHaveSingleItem();
        miss.ShouldBe(new MissedDeadline("node-002", 0, "workers", Now.AddHours(23), null, "it is to be left alone: nodeguard.io/exclude", Avoidable: false));
        Remedies.Of(state, state.Policies[0], forecast, Now, Now.AddDays(2)).ShouldBeEmpty();
    }

    [Fact]
    public void AnImageGoesFromWaveToWave()
    {
        Policy policy = Policy() with
        {
            Waves = [new Wave("canary", CountOrPercent.Of(1), Soak: TimeSpan.FromHours(1)), new Wave("half", CountOrPercent.Percent(50), Soak: TimeSpan.FromHours(2)), new Wave("rest")],
        };
        Forecast forecast = FleetForecast.Of(State(policy, Nodes(10)), Now, Now.AddDays(1));
        forecast.Steps.Select(static step => (step.Start - Now).TotalMinutes).ShouldBe([0, 75, 75, 75, 75, 210, 210, 210, 210, 210]);
        forecast.Steps.ShouldAllBe(static step => step.Reason == RecycleReason.Image);
    }

    [Fact]
    public void WhatRunsNowHoldsItsSlotUntilItEnds()
    {
        FleetNode[] nodes = Nodes(3);
        FleetState state = State(Policy() with { Budget = DisruptionBudget.One }, nodes) with { Recycles = [Running(nodes[0])], Slots = [SlotOf(nodes[0])] };
        FleetForecast.Of(state, Now, Now.AddDays(1)).Steps.Select(static step => (step.Start - Now).TotalMinutes).ShouldBe([10, 25]);
        FleetForecast.Of(state with { Nodes = nodes[1..] }, Now, Now.AddDays(1)).Steps.Select(static step => (step.Start - Now).TotalMinutes).ShouldBe([10, 25]);
    }

    [Fact]
    public void APausedFleetStartsNothingAndMissesWhatFallsDue()
    {
        FleetForecast.Of(State(Policy(), Nodes(3)) with { Paused = true }, Now, Now.AddDays(1)).Steps.ShouldBeEmpty();
        Forecast young = FleetForecast.Of(State(DayPolicy(), Nodes(3)) with { Paused = true }, Now, Now.AddDays(1));
        young.Steps.ShouldBeEmpty();
        young.Misses.Count.ShouldBe(3);
        young.Misses.ShouldAllBe(static miss => !miss.Avoidable && miss.Why.Contains("paused"));
    }

    [Fact]
    public void OfAnyFleetEachPlaceIsDisruptedOnceAtATimeAndInTheOrderOfItsGenerations() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(FuzzScale.Cases(300)).WithEndSize(30),
        Prop.ForAll(RandomFleet.Any, static fleet =>
        {
            FleetState state = fleet.State();
            Forecast forecast = FleetForecast.Of(state, Now, Now.AddDays(3));
            forecast.Steps.Select(static step => step.Start).ShouldBeInOrder();
            foreach (IGrouping<string, ForecastStep> place in forecast.Steps.GroupBy(static step => step.Node))
                place.Zip(place.Skip(1)).ShouldAllBe(static pair => pair.First.End <= pair.Second.Start && pair.First.Generation <= pair.Second.Generation);
        }));
}
