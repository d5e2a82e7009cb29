using FsCheck;
using FsCheck.Fluent;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Fleet.Windows;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Testing;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Fleet.Planning.Some;

namespace NodeGuard.Core.Tests.Fleet.Planning;

/// <summary>What holds of every plan, counted anew without the planner's own counts.</summary>
public class PlanProperties
{
    private static readonly int Fleets = FuzzScale.Cases(3_000);

    [Fact]
    [Trait("Invariant", "5")]
    public void NoPlanExceedsABudget() => Always(static (state, plan) =>
    {
        var ledger = new BudgetLedger(state);
        foreach (RecycleStart start in plan.Starts)
            ledger.Start(start).ShouldBeNull();
    });

    [Fact]
    [Trait("Invariant", "5")]
    public void WhatWasPlannedOnceIsNotPlannedAgainNorMoreThanThat() => Always(static (state, plan) =>
        FleetPlanner.Plan(Applied(state, plan), Now).Starts.Select(static start => start.Node.Name).ShouldBeEmpty());

    [Fact]
    public void TheSameFleetHasTheSamePlanInWhateverOrderItIsTold() => Always(static (state, plan) =>
    {
        FleetState mixed = state with { Nodes = [.. state.Nodes.Reverse()], Recycles = [.. state.Recycles.Reverse()], Starts = [.. state.Starts.Reverse()] };
        FleetPlanner.Plan(mixed, Now).Starts.Select(static start => start.Node.Name).ShouldBe(plan.Starts.Select(static start => start.Node.Name));
    });

    [Fact]
    public void EveryNodeHasItsStepOrTheOneReasonWhyNot() => Always(static (state, plan) =>
    {
        plan.Outlooks.Select(static outlook => outlook.Node).ShouldBe(state.Nodes);
        plan.Outlooks.Where(static outlook => outlook.Obstacle is null).Select(static outlook => outlook.Node.Name).Order()
            .ShouldBe(plan.Starts.Select(static start => start.Node.Name).Order());
        plan.Outlooks.ShouldAllBe(static outlook => outlook.Obstacle == null || outlook.Obstacle.Message.Length > 10);
        plan.Policies.Select(static policy => policy.Name).ShouldBe(state.Policies.Select(static policy => policy.Name));
    });

    [Fact]
    public void NothingStartsThatMustNotBeTouched() => Always(static (state, plan) =>
    {
        plan.Starts.Select(static start => start.Node.Uid).ShouldBeUnique();
        foreach (RecycleStart start in plan.Starts)
        {
            start.Reasons.ShouldNotBeEmpty();
            start.Reasons.ShouldBeUnique();
            FleetNode node = start.Node;
            Policy[] policies = [.. state.Policies.Where(policy => policy.Selector.Matches(node.Labels))];
            policies.Length.ShouldBeLessThan(2);
            node.LeavingBecause.ShouldBeNull();
            state.Recycles.Where(recycle => !recycle.Waiting && recycle.Node == node.Name).ShouldBeEmpty();
            if (start.Recycle is { Automatic: false })
                continue;
            node.ExcludedBy.ShouldBeNull();
            node.CordonedByOthers.ShouldBeFalse();
            Policy policy = policies.ShouldHaveSingleItem();
            (state.Paused || policy.Paused || policy.Problem is not null || state.FrozenBecause is not null || policy.FrozenBecause is not null).ShouldBeFalse();
            Open(policy).ShouldBeTrue();
        }
    });

    [Fact]
    public void AnUpdateInstallsOnlyWhatIsPendingAndNotHalted_AndNeverPastAHazard() => Always(static (state, plan) =>
    {
        foreach (RecycleStart start in plan.Starts.Where(static start => start.Updates.Count > 0))
        {
            Policy policy = state.Policies.Single(policy => policy.Name == start.Policy);
            policy.Updates.ShouldBe(UpdateMode.Coordinated);
            start.Reasons.ShouldBeSubsetOf([RecycleReason.Reboot, RecycleReason.Update]);
            start.Updates.ShouldBeSubsetOf(start.Node.Pending!.Of(policy.UpdateScope));
            start.Updates.ShouldNotContain(package => state.Halted.Any(halted => halted.Package == package));
            (policy.OnHazard == HazardResponse.Proceed || start.Node.Hazard == HazardState.None).ShouldBeTrue();
        }

        plan.Starts.Where(static start => start.Reasons is [RecycleReason.Update]).ShouldAllBe(static start => start.Updates.Count > 0 || start.Repairs || start.Recycle != null);
        foreach (RecycleStart start in plan.Starts.Where(static start => start.Repairs))
        {
            Policy policy = state.Policies.First(policy => policy.Name == start.Policy);
            (policy.Repairs, policy.Updates, start.Node.Interrupted, start.Updates.Count).ShouldBe((true, UpdateMode.Coordinated, true, 0));
            (policy.OnHazard == HazardResponse.Proceed || start.Node.Hazard == HazardState.None).ShouldBeTrue();
        }
    });

    [Fact]
    public void NoVersionReachesTwoNodesBeforeOneIsWell() => Always(static (state, plan) =>
    {
        foreach (Policy policy in state.Policies.Where(static policy => policy.Waves is [{ Size: not null }, ..]))
        {
            foreach (var version in plan.Starts.Where(start => start.Policy == policy.Name).SelectMany(static start => start.Updates).GroupBy(static version => version))
            {
                if (!state.Updated.Any(updated => updated.Policy == policy.Name && updated.Packages.Contains(version.Key)))
                    version.Count().ShouldBeLessThan(2);
            }
        }
    });

    [Fact]
    public void NoImageReachesTwoNodesBeforeOneIsWell() => Always(static (state, plan) =>
    {
        foreach (Policy policy in state.Policies.Where(static policy => policy.Image is not null && policy.Waves is [{ Size: not null }, ..]))
        {
            FleetNode[] nodes = [.. plan.Outlooks.Where(outlook => outlook.Policy == policy.Name).Select(static outlook => outlook.Node)];
            if (!nodes.Any(node => node.Image == policy.Image && node.Ready))
                plan.Starts.Count(start => start.Recycle is not { Automatic: false } && start.Policy == policy.Name && start.Node.Image is { } has && has != policy.Image).ShouldBeLessThan(2);
        }
    });

    private static bool Open(Policy policy) => policy.Windows.Count == 0 || MergedEnd(policy) - Now > (policy.AllowOverrun ? TimeSpan.Zero : policy.Expected);

    // When the windows that are open now are closed at last, those that follow without a gap among them.
    private static DateTimeOffset MergedEnd(Policy policy)
    {
        DateTimeOffset end = Now;
        OpenInterval[] intervals = [.. policy.Windows.SelectMany(static window => window.Between(Now.AddDays(-1), Now.AddDays(2))).OrderBy(static interval => interval.Start)];
        foreach (OpenInterval interval in intervals.Where(static interval => interval.End > Now))
            end = interval.Start <= end && interval.End > end ? interval.End : end;
        return end;
    }

    private static FleetState Applied(FleetState state, FleetPlan plan)
    {
        HashSet<string> started = [.. plan.Starts.Select(static start => start.Node.Uid)];
        return state with
        {
            Nodes = [.. state.Nodes.Select(node => started.Contains(node.Uid) ? node with { Cordoned = true } : node)],
            Recycles =
            [
                .. state.Recycles.Where(recycle => !plan.Starts.Any(start => start.Recycle == recycle)),
                .. plan.Starts.Select(static start => Running(start.Node) with { Reasons = start.Reasons, Updates = start.Updates }),
            ],
            Slots = [.. state.Slots, .. plan.Starts.Select(static start => SlotOf(start.Node, start.Policy) with { Since = Now })],
            Starts = [.. state.Starts, .. plan.Starts.Select(static start => new PastStart(start.Policy, Now, start.Reasons is [Core.Fleet.Recycles.RecycleReason.Age]))],
        };
    }

    private static void Always(Action<FleetState, FleetPlan> holds) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Fleets).WithEndSize(40),
        Prop.ForAll(RandomFleet.Any, fleet =>
        {
            FleetState state = fleet.State();
            holds(state, FleetPlanner.Plan(state, Now));
        }));
}
