using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Draining.Preflight.PreflightBuilder;

namespace NodeGuard.Core.Tests.Draining.Preflight;

public sealed class PodPreflightTests
{
    private static readonly OwnerKey Daemon = new("apps", "DaemonSet", "kube-system", "cni");

    [Fact]
    public void AnOrdinaryPodIsNoFinding() => Examine(Cluster([Pod("one")])).ShouldBeEmpty();

    [Fact]
    public void AnUnownedPodBlocksUntilForceAndThenItIsLost()
    {
        var cluster = Cluster([Pod("one") with { Controller = null }]);

        Examine(cluster).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            static finding => finding.Check.ShouldBe(PreflightCheck.UnownedPod),
            static finding => finding.Severity.ShouldBe(PreflightSeverity.Blocker),
            static finding => finding.Fix.ShouldContain("--force"));
        Examine(cluster, new PreflightOptions { Force = true }).ShouldHaveSingleItem().Severity.ShouldBe(PreflightSeverity.Warning);
    }

    [Fact]
    public void LocalDataBlocksUntilItMayBeLostAndIsNamedThen()
    {
        var cluster = Cluster([Pod("one") with { LocalVolumes = ["cache", "scratch"] }]);

        Examine(cluster).ShouldHaveSingleItem().Severity.ShouldBe(PreflightSeverity.Blocker);
        var finding = Examine(cluster, new PreflightOptions { DeleteEmptyDirData = true }).ShouldHaveSingleItem();
        finding.Severity.ShouldBe(PreflightSeverity.Warning);
        finding.Finding.ShouldBe("loses what is in its emptyDir volumes cache, scratch");
    }

    [Fact]
    public void ADaemonSetPodBlocksUntilDaemonSetsAreIgnored()
    {
        var cluster = Cluster([Pod("cni") with { Controller = Daemon, LocalVolumes = ["run"] }]);

        Examine(cluster).ShouldHaveSingleItem().Check.ShouldBe(PreflightCheck.DaemonSetPod);
        Examine(cluster, new PreflightOptions { IgnoreDaemonSets = true }).ShouldBeEmpty();
    }

    [Fact]
    public void MirrorPodsAndPodsThatAskToBeSkippedAreNoFinding()
    {
        Examine(Cluster(
        [
            Pod("mirror") with { Mirror = true, Controller = null },
            Pod("skipped") with { Controller = null, Markings = Annotations(("nodeguard.io/drain", "skip")) },
            Pod("capi") with { Controller = null, Markings = Labels(("cluster.x-k8s.io/drain", "Skip")) },
        ])).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("karpenter.sh/do-not-disrupt", "true", PreflightSeverity.Blocker)]
    [InlineData("karpenter.sh/do-not-disrupt", "30m", PreflightSeverity.Warning)]
    [InlineData("nodeguard.io/drain", "wait-for-completion", PreflightSeverity.Warning)]
    [InlineData("cluster-autoscaler.kubernetes.io/safe-to-evict", "false", PreflightSeverity.Note)]
    public void APodThatAsksNotToBeDisruptedIsTold(string key, string value, PreflightSeverity severity)
    {
        var finding = Examine(Cluster([Pod("one") with { Markings = Annotations((key, value)) }])).ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.DoNotDisrupt);
        finding.Severity.ShouldBe(severity);
        if (value != "wait-for-completion")
            finding.Finding.ShouldContain($"{key}={value}");
    }

    [Fact]
    public void AWishThatIsRespectedForSomeTimeOnlyDelays() =>
        Examine(Cluster([Pod("one") with { Markings = Annotations(("karpenter.sh/do-not-disrupt", "true")) }]), new PreflightOptions { RespectDoNotDisrupt = false })
            .ShouldHaveSingleItem().Severity.ShouldBe(PreflightSeverity.Warning);

    [Fact]
    public void ExaminedEachForItselfTheNodesShareWhatConcernsThemAll()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false), Status = new BudgetStatus(0, 2, 2, 2, null) };

        var report = DrainPreflight.ExamineEach(Cluster([Pod("one"), Pod("two", "b")], budget), ["a", "b"], new PreflightOptions());

        var finding = report.Findings.ShouldHaveSingleItem();
        finding.Nodes.ShouldBe(["a", "b"]);
        finding.Subjects.ShouldBe(["PodDisruptionBudget shop/web", "Pod shop/one", "Pod shop/two"]);
    }

    [Fact]
    public void ACrashLoopUnderAShortBudgetBlocksForEverUnlessUnhealthyPodsMayAlwaysGo()
    {
        var pod = Pod("one") with { Ready = false, CrashLooping = true };
        var budget = Budget() with { MinAvailable = new CountOrPercent(2, false), Status = new BudgetStatus(0, 1, 2, 3, null) };

        var finding = Examine(Cluster([pod, Pod("two", "b"), Pod("three", "b")], budget)).ShouldHaveSingleItem();
        finding.Check.ShouldBe(PreflightCheck.CrashLoopUnderBudget);
        finding.Fix.ShouldContain("AlwaysAllow");

        Examine(Cluster([pod], budget with { AlwaysAllowUnhealthy = true })).ShouldBeEmpty();
        Examine(Cluster([pod], budget with { Status = new BudgetStatus(0, 2, 2, 3, null) })).ShouldBeEmpty();
    }

    [Fact]
    public void FinalizersAndLongGraceAreTold()
    {
        var findings = Examine(Cluster([Pod("one") with { Finalizers = ["example.com/backup"], Grace = TimeSpan.FromHours(1) }]));

        findings.Select(static finding => finding.Check).ShouldBe([PreflightCheck.Finalizer, PreflightCheck.LongGrace]);
        findings[1].Finding.ShouldContain("3600 s");
    }

    [Fact]
    public void ThePodSelectorNarrowsWhatIsExamined()
    {
        var cluster = Cluster([Pod("one") with { Controller = null, Markings = Labels(("app", "other")) }]);

        Examine(cluster, new PreflightOptions { PodSelector = new LabelMatch(new Dictionary<string, string> { ["app"] = "web" }, []) }).ShouldBeEmpty();
    }

    [Fact]
    public void TheOwnerIsTheControllerChainAndThePeopleWhomLabelsName()
    {
        var cluster = Cluster([Pod("one") with { LocalVolumes = ["x"] }]) with
        {
            Namespaces = new Dictionary<string, Markings> { ["shop"] = Annotations(("example.com/slack-channel", "#shop"), ("kubectl.kubernetes.io/last-applied", "{}")) },
        };

        var owner = Examine(cluster).ShouldHaveSingleItem().Owner.ShouldNotBeNull();

        owner.Namespace.ShouldBe("shop");
        owner.Controllers.ShouldBe(["ReplicaSet shop/web-1", "Deployment shop/web"]);
        owner.Hints.ShouldBe(["team=checkout (of Deployment shop/web)", "example.com/slack-channel=#shop (of Namespace shop)"]);
    }

    [Fact]
    public void AControllerChainThatTurnsBackOnItselfEnds()
    {
        var loop = Cluster([Pod("one") with { LocalVolumes = ["x"] }]) with
        {
            Controllers = [new PreflightController(WebSet, Web, Markings.None, 1), new PreflightController(Web, WebSet, Markings.None, 1)],
        };

        Examine(loop).ShouldHaveSingleItem().Owner!.Controllers.Count.ShouldBe(2);
    }

    [Fact]
    public void WhatCouldNotBeReadIsAFindingOfItsOwn()
    {
        var findings = Examine(Cluster([Pod("one")]) with { Unread = ["persistent volume claims: forbidden"] });

        findings.ShouldHaveSingleItem().Check.ShouldBe(PreflightCheck.NotRead);
    }
}
