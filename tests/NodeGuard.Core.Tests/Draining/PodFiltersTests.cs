using NodeGuard.Core.Draining;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>kubectl's filters, with its flaws mended, and ours.</summary>
public sealed class PodFiltersTests
{
    private static readonly DrainOptions Strict = new();

    [Fact]
    public void AManagedPodGoes() => Judge(Seen.Pod("a"), Strict).ShouldBeOfType<PodVerdict.Evict>();

    [Fact]
    public void APodWithoutControllerIsRefusedWithoutForce() =>
        Judge(Unmanaged(), Strict).ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("--force");

    [Fact]
    public void WithForceAPodWithoutControllerGoesWithAWarning()
    {
        var verdict = Judge(Unmanaged(), new DrainOptions { Force = true });
        verdict.ShouldBeOfType<PodVerdict.Evict>();
        verdict.Warnings.ShouldHaveSingleItem().ShouldContain("nothing puts it back");
    }

    [Theory]
    [InlineData(PodPhase.Succeeded)]
    [InlineData(PodPhase.Failed)]
    public void AFinishedPodGoesWhateverItIs(PodPhase phase)
    {
        Judge(Unmanaged() with { Phase = phase, HasEmptyDir = true }, Strict).ShouldBeOfType<PodVerdict.Evict>();
        Judge(Seen.DaemonSetPod("d") with { Phase = phase }, Strict).ShouldBeOfType<PodVerdict.Evict>();
    }

    [Fact]
    public void AnEmptyDirIsRefusedUnlessItsDataMayGo()
    {
        var pod = Seen.Pod("a") with { HasEmptyDir = true };
        Judge(pod, Strict).ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("--delete-emptydir-data");
        Judge(pod, new DrainOptions { DeleteEmptyDirData = true }).Warnings.ShouldHaveSingleItem().ShouldContain("emptyDir");
    }

    [Fact]
    public void TheWarningOfAnEarlierFilterIsKept()
    {
        var verdict = Judge(Unmanaged() with { HasEmptyDir = true }, Seen.Forgiving);
        verdict.ShouldBeOfType<PodVerdict.Evict>();
        verdict.Warnings.Count.ShouldBe(2);
    }

    [Fact]
    public void WhetherADaemonSetExistsIsAskedFirst() =>
        Judge(Seen.DaemonSetPod("d"), Strict).ShouldBe(new PodVerdict.AskDaemonSet(new DaemonSetName("shop", "cni")) { Warnings = [] }, new SameVerdict());

    [Fact]
    public void ADaemonSetPodIsRefusedUnlessDaemonSetsAreIgnored()
    {
        Judge(Seen.DaemonSetPod("d"), Strict, DaemonSetAnswer.Present).ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("--ignore-daemonsets");
        Judge(Seen.DaemonSetPod("d"), Seen.Forgiving, DaemonSetAnswer.Present)
            .ShouldBeOfType<PodVerdict.Skip>().Reason.ShouldBe(SkipReason.DaemonSet);
    }

    [Fact]
    public void AnOrphanOfADaemonSetNeedsForceWhateverElseIsIgnored()
    {
        Judge(Seen.DaemonSetPod("d"), new DrainOptions { IgnoreDaemonSets = true }, DaemonSetAnswer.Missing)
            .ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("--force");
        Judge(Seen.DaemonSetPod("d"), Seen.Forgiving, DaemonSetAnswer.Missing).ShouldBeOfType<PodVerdict.Evict>();
    }

    [Fact]
    public void ADaemonSetThatCannotBeReadIsNoMissingOne() =>
        Judge(Seen.DaemonSetPod("d"), Seen.Forgiving, new DaemonSetAnswer(false, "forbidden: no daemonsets"))
            .ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("forbidden: no daemonsets");

    [Theory]
    [InlineData("extensions/v1beta1", "DaemonSet")]
    [InlineData("apps/v1", "ReplicaSet")]
    [InlineData("example.com/v1", "Anything")]
    public void AnyOtherControllerWillDo(string version, string kind) =>
        Judge(Seen.Pod("a") with { Controller = new PodController(version, kind, "x", "u") }, Strict).ShouldBeOfType<PodVerdict.Evict>();

    [Fact]
    public void AStaticPodStays() =>
        Judge(Seen.Pod("m", new() { [DrainKeys.Mirror] = "hash" }) with { Controller = null, HasEmptyDir = true }, Strict)
            .ShouldBeOfType<PodVerdict.Skip>().Reason.ShouldBe(SkipReason.Mirror);

    [Theory]
    [InlineData(10, -11, true)]
    [InlineData(10, -10, true)]
    [InlineData(10, -9, false)]
    [InlineData(10, 5, false)]
    [InlineData(0, -3600, false)]
    public void ATerminatingPodIsSkippedOnlyPastTheGivenTime(int skipAfter, int end, bool skipped)
    {
        var options = new DrainOptions { SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(skipAfter) };
        bool isSkip = Judge(Seen.Terminating("t", TimeSpan.FromSeconds(end)), options) is PodVerdict.Skip { Reason: SkipReason.StuckTerminating };
        isSkip.ShouldBe(skipped);
    }

    [Fact]
    public void OnAnUnreachableNodeAPodAMinuteOverdueIsNotWaitedForAndSaidSo()
    {
        var node = Seen.Node(new NodeTaint(DrainKeys.Unreachable, "", "NoExecute"));
        var verdict = PodFilters.Judge(Seen.Terminating("t", TimeSpan.FromSeconds(-61)), node, Strict, Seen.DaemonSet(DaemonSetAnswer.Present), Seen.Now);
        verdict.ShouldBeOfType<PodVerdict.Skip>();
        verdict.Warnings.ShouldHaveSingleItem().ShouldContain("unreachable");
    }

    [Theory]
    [InlineData("skip", SkipReason.SkipAnnotation)]
    public void AnOwnersSkipStandsAboveARefusal(string value, SkipReason reason) =>
        Judge(Seen.Pod("a", new() { [DrainKeys.Drain] = value }) with { Controller = null, HasEmptyDir = true }, Strict)
            .ShouldBeOfType<PodVerdict.Skip>().Reason.ShouldBe(reason);

    [Fact]
    public void ClusterApisSkipLabelIsRespected() =>
        Judge(Seen.Pod("a", labels: new() { [DrainKeys.ClusterApiDrain] = "skip" }), Strict)
            .ShouldBeOfType<PodVerdict.Skip>().Reason.ShouldBe(SkipReason.ClusterApiSkip);

    [Fact]
    public void AnAnnotationThatNobodyUnderstandsIsNotGuessed() =>
        Judge(Seen.Pod("a", new() { [DrainKeys.Drain] = "skp" }), Seen.Forgiving)
            .ShouldBeOfType<PodVerdict.Refuse>().Message.ShouldContain("skp");

    [Fact]
    public void TheAutoscalersWishIsToldAndNotObeyed()
    {
        var verdict = Judge(Seen.Pod("a", new() { [DrainKeys.SafeToEvict] = "false" }), Strict);
        verdict.ShouldBeOfType<PodVerdict.Evict>();
        verdict.Warnings.ShouldHaveSingleItem().ShouldContain(DrainKeys.SafeToEvict);
    }

    [Fact]
    public void ADaemonSetPodThatDoesNotTolerateOurTaintGoes()
    {
        var node = Seen.Node(new NodeTaint("nodeguard.io/draining", "", "NoExecute"));
        var pod = Seen.DaemonSetPod("d");
        PodFilters.Judge(pod, node, Seen.Forgiving, Seen.DaemonSet(DaemonSetAnswer.Present), Seen.Now).ShouldBeOfType<PodVerdict.Evict>();

        var tolerant = pod with { Tolerations = [new PodToleration("", Exists: true, "", "")] };
        PodFilters.Judge(tolerant, node, Seen.Forgiving, Seen.DaemonSet(DaemonSetAnswer.Present), Seen.Now).ShouldBeOfType<PodVerdict.Skip>();
    }

    [Fact]
    public void AnUnreadableDrainOrderIsToldAndTakenAsZero()
    {
        var pod = Seen.Pod("a", new() { [DrainKeys.DrainOrder] = "first" });
        Judge(pod, Strict).Warnings.ShouldHaveSingleItem().ShouldContain("first");
        DrainTurn.Of(pod).Order.ShouldBe(0);
    }

    private static DrainPod Unmanaged() => Seen.Pod("a") with { Controller = null };

    private static PodVerdict Judge(DrainPod pod, DrainOptions options, DaemonSetAnswer? daemonSet = null) => PodFilters.Judge(
        pod, Seen.Node(), options, daemonSet is null ? new Dictionary<DaemonSetName, DaemonSetAnswer>() : Seen.DaemonSet(daemonSet), Seen.Now);

    private sealed class SameVerdict : IEqualityComparer<PodVerdict>
    {
        public bool Equals(PodVerdict? x, PodVerdict? y) => x is PodVerdict.AskDaemonSet one && y is PodVerdict.AskDaemonSet other && one.Name == other.Name;

        public int GetHashCode(PodVerdict obj) => 0;
    }
}
