using NodeGuard.Core.Draining;
using NodeGuard.Core.Selecting;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>Turns, pacing, explanations, cordons, selectors and durations.</summary>
public sealed class SmallDrainTests
{
    [Theory]
    [InlineData(0, "", DrainTier.Ordinary)]
    [InlineData(1_000_000_000, "", DrainTier.Ordinary)]
    [InlineData(2_000_000_000, "", DrainTier.Critical)]
    [InlineData(0, "system-node-critical", DrainTier.Critical)]
    public void PriorityDecidesTheTier(int priority, string priorityClass, DrainTier tier) =>
        DrainTurn.Of(Seen.Pod("a") with { Priority = priority, PriorityClass = priorityClass }).Tier.ShouldBe(tier);

    [Fact]
    public void DaemonSetPodsGoLastAndOrderCountsWithinATier()
    {
        var early = DrainTurn.Of(Seen.Pod("a", new() { [DrainKeys.DrainOrder] = "-5" }));
        var late = DrainTurn.Of(Seen.Pod("b", new() { [DrainKeys.DrainOrder] = "7" }));
        var critical = DrainTurn.Of(Seen.Pod("c", new() { [DrainKeys.DrainOrder] = "-100" }) with { Priority = 2_000_000_000 });
        var daemon = DrainTurn.Of(Seen.DaemonSetPod("d") with { Priority = 2_000_000_000 });
        new[] { daemon, critical, late, early }.Order().ShouldBe([early, late, critical, daemon]);
    }

    [Fact]
    public void BackoffGrowsFromATenthOfASecondToTenSeconds()
    {
        PodAttempt? attempt = null;
        var delays = new List<double>();
        for (int i = 0; i < 12; i++)
        {
            attempt = PodAttempt.Started(attempt).Answered(new PodAnswer(PodAnswerKind.Budget), Seen.Now);
            delays.Add((attempt.NextTryAt("u") - Seen.Now).TotalSeconds);
        }

        delays[0].ShouldBeInRange(0.075, 0.1);
        delays[^1].ShouldBeInRange(7.5, 10);
        delays.Zip(delays.Skip(1)).ShouldAllBe(pair => pair.Second > pair.First * 0.75);
    }

    [Fact]
    public void RetryAfterIsHonouredAndDoesNotShortenOurOwnDelay()
    {
        Delay(TimeSpan.FromSeconds(7)).ShouldBe(TimeSpan.FromSeconds(7));
        Delay(TimeSpan.Zero).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(50));

        static TimeSpan Delay(TimeSpan asked) =>
            PodAttempt.Started(null).Answered(new PodAnswer(PodAnswerKind.Throttled, "", asked), Seen.Now).NextTryAt("u") - Seen.Now;
    }

    [Fact]
    public void FaultsFailAPodOnlyAfterTwoMinutesWithoutAnyOtherAnswer()
    {
        var fault = new PodAnswer(PodAnswerKind.Fault, "500");
        var first = PodAttempt.Started(null).Answered(fault, Seen.Now);
        var second = first.Answered(fault, Seen.Now.AddMinutes(2));
        first.HasFailed.ShouldBeFalse("one fault is not many");
        second.HasFailed.ShouldBeTrue();
        second.Answered(new PodAnswer(PodAnswerKind.Budget), Seen.Now.AddMinutes(2)).HasFailed.ShouldBeFalse();
        first.Answered(new PodAnswer(PodAnswerKind.Refused), Seen.Now).HasFailed.ShouldBeTrue();
    }

    [Fact]
    public void ABlockNamesTheBudgetItsFiguresAndWhatWouldFreeIt()
    {
        var explained = BudgetExplanation.Of(Seen.Pod("a"), [Seen.Budget("web-pdb", 0, healthy: 2, desired: 2)], "");
        explained.Budgets.ShouldBe(["web-pdb"]);
        explained.Reason.ShouldBe("PodDisruptionBudget web-pdb (maxUnavailable 1) allows 0 disruptions: 2 of 3 pods are healthy, 2 must stay");
        explained.Remedy.ShouldBe("1 more healthy pod would free it");
    }

    [Fact]
    public void ABudgetThatCanNeverAllowIsCalledSo() =>
        BudgetExplanation.Of(Seen.Pod("a"), [Seen.Budget("web-pdb", 0)], "").Remedy.ShouldContain("never");

    [Fact]
    public void ACrashLoopUnderABudgetIsExplainedByThePolicyThatWouldFreeIt()
    {
        var pod = Seen.Pod("a") with { Ready = false, ContainerTrouble = "CrashLoopBackOff" };
        var explained = BudgetExplanation.Of(pod, [Seen.Budget("web-pdb", 0, healthy: 1, desired: 2)], "");
        explained.Reason.ShouldContain("CrashLoopBackOff");
        explained.Remedy.ShouldContain("AlwaysAllow");
    }

    [Fact]
    public void WithoutBudgetsTheServersWordsAreTold() =>
        BudgetExplanation.Of(Seen.Pod("a"), [], "Cannot evict pod: budget x needs 2").Reason.ShouldBe("Cannot evict pod: budget x needs 2");

    [Fact]
    public void SeveralBudgetsAreAllNamed() =>
        BudgetExplanation.Of(Seen.Pod("a"), [Seen.Budget("two", 1), Seen.Budget("one", 1)], "").Budgets.ShouldBe(["one", "two"]);

    [Theory]
    [InlineData(false, null, null, false, CordonOwner.None)]
    [InlineData(true, null, null, false, CordonOwner.Other)]
    [InlineData(true, "other", CordonDecision.FieldManager, false, CordonOwner.Other)]
    [InlineData(true, "drain", null, false, CordonOwner.Us)]
    [InlineData(true, "drain", CordonDecision.FieldManager, false, CordonOwner.Us)]
    [InlineData(true, "drain", CordonDecision.FieldManager, true, CordonOwner.EarlierDrain)]
    [InlineData(true, "drain", "kubectl-cordon", false, CordonOwner.Other)]
    [Trait("Invariant", "7")]
    public void OnlyOurOwnCordonIsOurs(bool unschedulable, string? annotation, string? manager, bool drained, CordonOwner owner)
    {
        var annotations = new Dictionary<string, string>();
        if (annotation is not null)
        {
            annotations[DrainKeys.CordonedBy] = annotation;
        }

        if (drained)
        {
            annotations[DrainKeys.DrainedAt] = "2026-11-21T10:00:00Z";
        }

        var node = Seen.Node() with { Unschedulable = unschedulable, Annotations = annotations, UnschedulableManager = manager };
        CordonDecision.Owner(node, "drain").ShouldBe(owner);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("90s", 90)]
    [InlineData("1h30m", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("500ms", 0.5)]
    [InlineData("2m0.5s", 120.5)]
    public void DurationsAreReadAsGoWritesThem(string text, double seconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5s")]
    [InlineData("s")]
    [InlineData("1..5s")]
    [InlineData("5 s")]
    [InlineData("999999999999999999h")]
    [InlineData("99999999999999999999999999h")]
    [InlineData("true")]
    public void WhatIsNoDurationIsRefused(string text) => GoDuration.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void SelectorsMatchAsTheServersDo()
    {
        var web = new Dictionary<string, string> { ["app"] = "web" };
        var none = new Dictionary<string, string>();
        LabelMatch.Everything.Matches(none).ShouldBeTrue();
        LabelMatch.Nothing.Matches(web).ShouldBeFalse();
        Expression(SelectorOperator.In, "web", "api").Matches(web).ShouldBeTrue();
        Expression(SelectorOperator.In, "web").Matches(none).ShouldBeFalse();
        Expression(SelectorOperator.NotIn, "web").Matches(web).ShouldBeFalse();
        Expression(SelectorOperator.NotIn, "web").Matches(none).ShouldBeTrue();
        Expression(SelectorOperator.Exists).Matches(web).ShouldBeTrue();
        Expression(SelectorOperator.DoesNotExist).Matches(web).ShouldBeFalse();

        static LabelMatch Expression(SelectorOperator op, params string[] values) =>
            new(DrainPod.NoLabels, [new SelectorRequirement("app", op, values)]);
    }

    [Fact]
    public void VolumesOfPodsThatStayAreNotWaitedFor() =>
        DetachWait.Left(
            "n1",
            [new("a", "n1", "pv-1"), new("b", "n2", "pv-2"), new("c", "n1", "pv-3")],
            new HashSet<string> { "pv-3" }).ShouldBe(["pv-1"]);
}
