using NodeGuard.Core.Draining;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>The next step of a drain, by what is seen.</summary>
public sealed class DrainPlannerTests
{
    [Fact]
    public void EveryPodOfTheTurnIsAskedForAtOnceWithItsOwnGrace()
    {
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b")));
        step.Actions.ShouldBe(
        [
            new DrainAction.Evict(new PodId("shop", "a", "uid-a"), null, ByDelete: false),
            new DrainAction.Evict(new PodId("shop", "b", "uid-b"), null, ByDelete: false),
        ]);
        step.Verdict.ShouldBeNull();
    }

    [Fact]
    public void NoMoreAreAskedForAtOnceThanAllowed()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b"), Seen.Pod("c"));
        seen = seen with
        {
            Options = Seen.Forgiving with { MaxParallelEvictions = 2 },
            Attempts = new Dictionary<string, PodAttempt> { ["uid-b"] = PodAttempt.Started(null) },
        };
        DrainPlanner.Next(seen).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void OnePodThatMayNeitherGoNorStayStopsTheDrainBeforeItBegins()
    {
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b") with { Controller = null }) with { Options = new DrainOptions() });
        step.Actions.ShouldBeEmpty();
        step.Verdict.ShouldBeOfType<DrainVerdict.Failed>().Message.ShouldContain("pod shop/b");
    }

    [Fact]
    public void SuchAPodThatComesLaterFailsTheDrainAfterTheOthersAreGone()
    {
        var late = Seen.Pod("late") with { Controller = null };
        var seen = Seen.Snapshot(Seen.Pod("a"), late) with { Options = new DrainOptions() };
        seen = seen.Answered("gone", PodAnswerKind.Accepted);
        var step = DrainPlanner.Next(seen);
        step.Evicted().ShouldBe(["a"]);
        step.Verdict.ShouldBeNull();
        DrainPlanner.Next(seen with { Pods = [late] }).Verdict.ShouldBeOfType<DrainVerdict.Failed>().Message.ShouldContain("shop/late");
    }

    [Fact]
    public void DaemonSetsAreAskedForBeforeAnythingIsEvicted() =>
        DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a"), Seen.DaemonSetPod("d"), Seen.DaemonSetPod("e"))).Actions
            .ShouldBe([new DrainAction.AskDaemonSet(new DaemonSetName("shop", "cni"))]);

    [Fact]
    public void CriticalPodsWaitUntilTheOthersAreGone()
    {
        var critical = Seen.Pod("dns") with { Priority = 2_000_000_000 };
        var ending = Seen.Terminating("a", TimeSpan.FromSeconds(20));
        DrainPlanner.Next(Seen.Snapshot(ending, critical)).Evicted().ShouldBeEmpty();
        DrainPlanner.Next(Seen.Snapshot(ending, critical)).Of("dns").WaitReason.ShouldBe(WaitReason.Turn);
        DrainPlanner.Next(Seen.Snapshot(critical)).Evicted().ShouldBe(["dns"]);
    }

    [Fact]
    public void CriticalPodsStayWhenAnOrdinaryOneCannotGo()
    {
        var critical = Seen.Pod("dns") with { Priority = 2_000_000_000 };
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a"), critical).Answered("a", PodAnswerKind.Refused));
        step.Evicted().ShouldBeEmpty();
        step.Verdict.ShouldBeOfType<DrainVerdict.Failed>().Message.ShouldContain("shop/a");
    }

    [Fact]
    public void ARefusalOfOnePodLetsTheOthersOfItsTurnGo()
    {
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b")).Answered("a", PodAnswerKind.Refused));
        step.Evicted().ShouldBe(["b"]);
        step.Verdict.ShouldBeNull();
    }

    [Fact]
    public void ATerminatingPodIsWaitedForAndNotAskedForAgain()
    {
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Terminating("a", TimeSpan.FromSeconds(20))));
        step.Actions.ShouldBeEmpty();
        step.Verdict.ShouldBeNull();
    }

    [Fact]
    public void AShorterGraceIsAskedForOnceOfAPodThatIsEndingAlready()
    {
        var seen = Seen.Snapshot(Seen.Terminating("a", TimeSpan.FromSeconds(20))) with { Options = Seen.Forgiving with { GracePeriod = TimeSpan.FromSeconds(2) } };
        DrainPlanner.Next(seen).Actions.ShouldBe([new DrainAction.Evict(new PodId("shop", "a", "uid-a"), TimeSpan.FromSeconds(2), false)]);
        DrainPlanner.Next(seen.Answered("a", PodAnswerKind.Accepted)).Actions.ShouldBeEmpty();
    }

    [Fact]
    public void OnAnUnreachableNodePodsGetOneSecond() =>
        DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a")) with { Node = Seen.Node(new NodeTaint(DrainKeys.Unreachable, "", "NoExecute")) })
            .Actions.OfType<DrainAction.Evict>().Single().Grace.ShouldBe(TimeSpan.FromSeconds(1));

    [Fact]
    public void ADisabledEvictionDeletes() =>
        DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a")).With(Seen.Budget("pdb", 0)) with { Options = Seen.Forgiving with { DisableEviction = true } })
            .Actions.OfType<DrainAction.Evict>().Single().ByDelete.ShouldBeTrue();

    [Fact]
    public void AnUncordonWhileDrainingStopsIt() =>
        DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a")) with { Node = Seen.Node() with { Unschedulable = false } })
            .Verdict.ShouldBeOfType<DrainVerdict.Failed>().Message.ShouldContain("uncordoned node n1");

    [Fact]
    public void DoneIsSaidOnlyOfAListThatBeganLateEnough()
    {
        var seen = Seen.Snapshot() with { ListNeededAt = Seen.Now.AddSeconds(1) };
        DrainPlanner.Next(seen).Verdict.ShouldBeNull();
        DrainPlanner.Next(seen).WakeAt.ShouldBe(Seen.Now.AddSeconds(1));
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(1) }).Actions.ShouldBe([new DrainAction.List()]);
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(2), ListedAt = Seen.Now.AddSeconds(1) }).Verdict.ShouldBeOfType<DrainVerdict.PodsGone>();
    }

    [Fact]
    public void APodThatTheServerSaysIsGoneIsListedForAndNotAskedForAgain()
    {
        var seen = Seen.Snapshot(Seen.Pod("a")).Answered("a", PodAnswerKind.Gone);
        DrainPlanner.Next(seen).Actions.ShouldBeEmpty();
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(1) }).Actions.ShouldBe([new DrainAction.List()]);
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(5), ListedAt = Seen.Now.AddSeconds(1) }).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void ABlockedPodIsExplainedAndItsBudgetsAreFollowed()
    {
        var seen = Seen.Snapshot(Seen.Pod("a")).Answered("a", PodAnswerKind.Budget);
        var step = DrainPlanner.Next(seen);
        step.Of("a").Stage.ShouldBe(PodStage.Blocked);
        step.Actions.ShouldBe([new DrainAction.FollowBudgets("shop")]);
        DrainPlanner.Next(seen.With(Seen.Budget("pdb", 0))).Of("a").Budgets.ShouldBe(["pdb"]);
    }

    [Fact]
    public void AClosedBudgetIsAskedByOnePodOnly()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b"), Seen.Pod("c")).Answered("b", PodAnswerKind.Budget).With(Seen.Budget("pdb", 0));
        var step = DrainPlanner.Next(seen);
        step.Evicted().ShouldBeEmpty();
        step.Of("a").Stage.ShouldBe(PodStage.Blocked);
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(5) }).Evicted().ShouldBe(["b"]);
    }

    [Fact]
    public void ABudgetThatIsSeenClosedIsNotAskedForFiveSecondsUnlessItGoes()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b")).Answered("b", PodAnswerKind.Budget);
        var later = seen with { Now = Seen.Now.AddSeconds(1) };
        var step = DrainPlanner.Next(later.With(Seen.Budget("pdb", 0) with { SeenAt = later.Now }));
        step.Evicted().ShouldBeEmpty();
        step.WakeAt.ShouldBe(later.Now.AddSeconds(5));
        step.Of("b").Since.ShouldBe(Seen.Now, "how long it has been blocked is not forgotten");
        DrainPlanner.Next(later.With()).Evicted().ShouldBe(["b", "a"], "without a budget nothing is known to forbid it");
    }

    [Fact]
    public void ABudgetThatOpensLetsAsManyGoAtOnceAsItAllows()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b"), Seen.Pod("c")).Answered("b", PodAnswerKind.Budget, times: 9);
        var open = Seen.Budget("pdb", 2) with { SeenAt = Seen.Now.AddMilliseconds(1) };
        DrainPlanner.Next(seen.With(open) with { Now = Seen.Now.AddMilliseconds(1) }).Evicted().ShouldBe(["b", "a"]);
    }

    [Fact]
    public void AnOldSightOfAnOpenBudgetDoesNotMakeItAskAgainAtOnce()
    {
        var seen = Seen.Snapshot(Seen.Pod("a")).Answered("a", PodAnswerKind.Budget).With(Seen.Budget("pdb", 1));
        DrainPlanner.Next(seen).Evicted().ShouldBeEmpty();
    }

    [Fact]
    public void UnreadyPodsThatTheBudgetLetsGoAreNotHeldBack()
    {
        var crashing = Seen.Pod("a") with { Ready = false };
        var seen = Seen.Snapshot(crashing, Seen.Pod("b")).Answered("b", PodAnswerKind.Budget, times: 9).With(Seen.Budget("pdb", 0, healthy: 1, desired: 2, alwaysAllow: true));
        DrainPlanner.Next(seen).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void DoNotDisruptBlocksUntilItsTimeOrTheOptionsLimit()
    {
        var pod = Seen.Pod("a", new() { [DrainKeys.KarpenterDoNotDisrupt] = "true" });
        var step = DrainPlanner.Next(Seen.Snapshot(pod));
        step.Of("a").BlockKind.ShouldBe(BlockKind.DoNotDisrupt);
        step.Actions.ShouldBeEmpty();

        var limited = Seen.Snapshot(pod) with { Options = Seen.Forgiving with { RespectDoNotDisruptFor = TimeSpan.FromMinutes(5) } };
        DrainPlanner.Next(limited).WakeAt.ShouldBeLessThanOrEqualTo(Seen.Now.AddMinutes(5));
        DrainPlanner.Next(limited with { Now = Seen.Now.AddMinutes(5) }).Evicted().ShouldBe(["a"]);

        var timed = Seen.Pod("a", new() { [DrainKeys.KarpenterDoNotDisrupt] = "1h" }) with { StartedAt = Seen.Now.AddMinutes(-59) };
        DrainPlanner.Next(Seen.Snapshot(timed)).Evicted().ShouldBeEmpty();
        DrainPlanner.Next(Seen.Snapshot(timed with { StartedAt = Seen.Now.AddHours(-1) })).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void APodThatWantsToFinishIsLeftToFinishAndThenGoes()
    {
        var job = Seen.Pod("a", new() { [DrainKeys.Drain] = "wait-for-completion" });
        DrainPlanner.Next(Seen.Snapshot(job)).Of("a").BlockKind.ShouldBe(BlockKind.WaitForCompletion);
        DrainPlanner.Next(Seen.Snapshot(job with { Phase = PodPhase.Succeeded })).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void TheTimeoutNamesTheBlockerAndIsNoPlainFailure()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Terminating("b", TimeSpan.FromSeconds(5))).Answered("a", PodAnswerKind.Budget).With(Seen.Budget("web-pdb", 0));
        seen = seen with { Options = Seen.Forgiving with { Timeout = TimeSpan.FromMinutes(1) } };
        DrainPlanner.Next(seen).WakeAt.ShouldBeLessThanOrEqualTo(Seen.Now.AddMinutes(1));
        DrainPlanner.Next(seen with { Now = Seen.Now.AddMinutes(1) }).Verdict
            .ShouldBeOfType<DrainVerdict.BlockedUntilTimeout>().Message.ShouldContain("pod shop/a: PodDisruptionBudget web-pdb");
    }

    [Fact]
    public void ATimeoutWithNothingBlockedIsAFailure() =>
        DrainPlanner.Next(Seen.Snapshot(Seen.Terminating("b", TimeSpan.FromSeconds(5))) with
        {
            Options = Seen.Forgiving with { Timeout = TimeSpan.FromMinutes(1) },
            Now = Seen.Now.AddMinutes(1),
        }).Verdict.ShouldBeOfType<DrainVerdict.Failed>().Message.ShouldContain("shop/b");

    [Theory]
    [InlineData(PodAnswerKind.SeveralBudgets, BlockKind.SeveralBudgets)]
    [InlineData(PodAnswerKind.Webhook, BlockKind.Webhook)]
    public void SeveralBudgetsAndWebhooksBlockAndAreAskedAgain(PodAnswerKind answer, BlockKind kind)
    {
        var seen = Seen.Snapshot(Seen.Pod("a")).Answered("a", answer);
        DrainPlanner.Next(seen).Of("a").BlockKind.ShouldBe(kind);
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(1) }).Evicted().ShouldBe(["a"]);
    }

    [Theory]
    [InlineData(PodAnswerKind.Throttled, WaitReason.Throttled)]
    [InlineData(PodAnswerKind.NamespaceTerminating, WaitReason.NamespaceTerminating)]
    [InlineData(PodAnswerKind.Fault, WaitReason.ServerFault)]
    public void WhatMayPassByItselfIsWaitedFor(PodAnswerKind answer, WaitReason reason)
    {
        var seen = Seen.Snapshot(Seen.Pod("a")).Answered("a", answer);
        DrainPlanner.Next(seen).Of("a").WaitReason.ShouldBe(reason);
        DrainPlanner.Next(seen).Of("a").Stage.ShouldBe(PodStage.Waiting);
        DrainPlanner.Next(seen with { Now = Seen.Now.AddSeconds(10) }).Evicted().ShouldBe(["a"]);
    }

    [Fact]
    public void AClientSideDryRunAsksForNothing()
    {
        var step = DrainPlanner.Next(Seen.Snapshot(Seen.Pod("a")) with { Options = Seen.Forgiving with { DryRun = DrainDryRun.Client } });
        step.Actions.ShouldBeEmpty();
        step.Verdict.ShouldBeOfType<DrainVerdict.PodsGone>();
    }

    [Fact]
    public void AServerSideDryRunAsksOnceForEachPodAndEndsWithTheAnswers()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"), Seen.Pod("b") with { Priority = 2_000_000_000 }) with { Options = Seen.Forgiving with { DryRun = DrainDryRun.Server } };
        DrainPlanner.Next(seen).Evicted().ShouldBe(["a", "b"]);
        var accepted = seen.Answered("a", PodAnswerKind.Accepted).Answered("b", PodAnswerKind.Accepted);
        DrainPlanner.Next(accepted).Verdict.ShouldBeOfType<DrainVerdict.PodsGone>();
        DrainPlanner.Next(accepted with { Now = Seen.Now.AddMinutes(1) }).Verdict.ShouldBeOfType<DrainVerdict.PodsGone>();
        DrainPlanner.Next(seen.Answered("a", PodAnswerKind.Accepted).Answered("b", PodAnswerKind.Budget)).Verdict
            .ShouldBeOfType<DrainVerdict.BlockedUntilTimeout>().Message.ShouldContain("shop/b");
    }
}
