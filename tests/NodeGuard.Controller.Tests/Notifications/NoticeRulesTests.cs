using NodeGuard.Controller.Notifications;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Notifications;

/// <summary>What is news.</summary>
public sealed class NoticeRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_freeze_is_news_for_as_long_as_it_stands()
    {
        var fleet = new FleetObject
        {
            Status = new FleetStatus { Freeze = new FreezeStatus { Id = "SameCause-1", Since = Now - TimeSpan.FromDays(3), Message = "three nodes." } },
        };

        Notice notice = Of(fleet).ShouldHaveSingleItem();
        notice.Event.ShouldBe(NoticeEvents.Frozen);
        notice.Message.ShouldBe("NodeGuard has frozen the whole fleet: three nodes.");
        notice.Id.ShouldBe("frozen/Fleet/cluster/SameCause-1");
    }

    [Fact]
    public void A_freeze_that_was_lifted_is_news_for_an_hour()
    {
        Of(policy: Policy(FleetConditions.Frozen, TimeSpan.FromMinutes(5))).ShouldHaveSingleItem().Event.ShouldBe(NoticeEvents.FreezeLifted);
        Of(policy: Policy(FleetConditions.Frozen, TimeSpan.FromMinutes(61))).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_deadline_is_at_risk_when_the_forecast_says_so_and_not_when_nobody_knows()
    {
        NodePolicy policy = Policy(FleetConditions.Feasible, TimeSpan.FromMinutes(5));
        Of(policy: policy).ShouldBeEmpty();

        policy.Status!.Forecast = new ForecastStatus { Misses = 3, Message = "A budget of 2 would do." };
        Of(policy: policy).ShouldHaveSingleItem().Message.ShouldBe("3 nodes of policy p will miss their deadline if nothing changes. A budget of 2 would do.");
    }

    [Fact]
    public void Only_failures_of_the_last_hour_are_news()
    {
        Of(recycle: Recycle(nameof(RecyclePhase.Failed), TimeSpan.FromMinutes(5))).ShouldHaveSingleItem().Id.ShouldBe("failed/uid-1");
        Of(recycle: Recycle(nameof(RecyclePhase.Failed), TimeSpan.FromHours(2))).ShouldBeEmpty();
        Of(recycle: Recycle(nameof(RecyclePhase.Cancelled), TimeSpan.FromMinutes(5))).ShouldBeEmpty();
    }

    private static Notice[] Of(FleetObject? fleet = null, NodePolicy? policy = null, NodeRecycle? recycle = null) =>
        [.. NoticeRules.Of(fleet, policy is null ? [] : [policy], recycle is null ? [] : [recycle], Now)];

    private static NodePolicy Policy(string condition, TimeSpan ago) => new()
    {
        Metadata = new ObjectMeta { Name = "p" },
        Status = new NodePolicyStatus { Conditions = [new Condition { Type = condition, Status = "False", LastTransitionTime = Now - ago }] },
    };

    private static NodeRecycle Recycle(string phase, TimeSpan ago) => new()
    {
        Metadata = new ObjectMeta { Name = "r", Uid = "uid-1" },
        Spec = new NodeRecycleSpec { NodeName = "node-1" },
        Status = new NodeRecycleStatus { Phase = phase, FinishedAt = Now - ago, Message = "the machine did not come" },
    };
}
