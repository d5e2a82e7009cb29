using System.Diagnostics;
using NodeGuard.Controller.Fleet;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Controller.Tests;

/// <summary>What the controller says of the days to come, and how often it works that out.</summary>
public sealed class PolicyForecastTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static readonly Policy Daily = new()
    {
        Name = "workers",
        Selector = LabelMatch.Everything,
        MaxAge = TimeSpan.FromHours(24),
        AgeJitter = TimeSpan.FromHours(6),
        Budget = new DisruptionBudget(CountOrPercent.Percent(10)),
    };

    [Fact]
    public void A_forecast_is_kept_while_the_fleet_is_the_same_and_made_anew_when_it_is_another()
    {
        var forecasts = new PolicyForecasts();
        FleetState state = State(100, Daily);

        for (int second = 0; second < 240; second++)
            forecasts.Of(state, Now.AddSeconds(second));
        forecasts.Made.ShouldBe(1);

        // One node more or less is no other fleet.
        forecasts.Of(State(99, Daily), Now.AddSeconds(241));
        forecasts.Made.ShouldBe(1);

        forecasts.Of(State(100, Daily with { Paused = true }), Now.AddSeconds(242))["workers"].Feasible.ShouldBe(false);
        forecasts.Made.ShouldBe(2);

        // A flapping setting does not make it work at each look.
        forecasts.Of(state, Now.AddSeconds(243));
        forecasts.Made.ShouldBe(2);
        forecasts.Of(state, Now.AddSeconds(300))["workers"].Feasible.ShouldBe(true);
        forecasts.Made.ShouldBe(3);

        // The clock was set back.
        forecasts.Of(state, Now.AddHours(-1));
        forecasts.Made.ShouldBe(4);
    }

    [Fact]
    public void What_is_late_is_told_with_the_first_one_and_a_remedy()
    {
        ForecastStatus told = new PolicyForecasts().Of(State(100, Daily with { Budget = new DisruptionBudget(CountOrPercent.Of(0)) }), Now)["workers"];

        told.Feasible.ShouldBe(false);
        told.Misses.ShouldBe(100);
        told.FirstMiss.ShouldBe(Now.AddHours(4));
        told.Message!.ShouldStartWith("100 late, the first node node-");
        told.Message.ShouldContain("maxUnavailable ");
    }

    [Fact]
    public void A_policy_without_an_age_has_no_forecast() =>
        new PolicyForecasts().Of(State(10, Daily with { MaxAge = null }), Now).ShouldBeEmpty();

    [Fact]
    public void A_large_fleet_is_foreseen_at_a_cost_that_is_told()
    {
        FleetState state = State(5_000, Daily);
        var watch = Stopwatch.StartNew();
        var forecasts = new PolicyForecasts();

        forecasts.Of(state, Now)["workers"].Feasible.ShouldNotBeNull();

        output.WriteLine($"a forecast of 5,000 nodes took {watch.ElapsedMilliseconds} ms");
        for (int minute = 1; minute <= 20; minute++)
            forecasts.Of(state, Now.AddMinutes(minute));
        forecasts.Made.ShouldBe(1);
    }

    [Fact]
    public async Task The_status_of_a_policy_tells_whether_its_deadlines_can_be_met()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, new PoolSpec { Name = "workers", Count = 3 });
        await stage.PolicyAsync("workers", static spec =>
        {
            spec.MaxAge = "24h";
            spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(0) };
        });
        stage.StartController();

        NodePolicy late = await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static seen => seen.Status?.Forecast?.Misses == 3);
        late.Status!.Forecast!.Message!.ShouldContain("maxUnavailable 1 instead of 0 would do");
        late.Status.Conditions!.Find(static condition => condition.Type == "Feasible")!.Status.ShouldBe("False");

        await stage.ChangePolicyAsync("workers", """{"spec":{"budget":{"maxUnavailable":1}}}""");
        NodePolicy well = await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static seen => seen.Status?.Forecast?.Feasible == true);
        well.Status!.Forecast!.Message.ShouldBe("in time");
        well.Status.Conditions!.Find(static condition => condition.Type == "Feasible")!.Status.ShouldBe("True");
    }

    private static FleetState State(int nodes, Policy policy) => new()
    {
        Nodes = [.. Enumerable.Range(0, nodes).Select(static i => new FleetNode { Name = $"node-{i:0000}", Uid = $"uid-{i}", BornAt = Now.AddHours(-20).AddSeconds(i) })],
        Policies = [policy],
        Budget = new DisruptionBudget(CountOrPercent.Percent(100)),
    };
}
