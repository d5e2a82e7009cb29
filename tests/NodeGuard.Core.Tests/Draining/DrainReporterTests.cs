using NodeGuard.Core.Draining;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>Each change is told once.</summary>
public sealed class DrainReporterTests
{
    private readonly DrainReporter _reporter = new("n1");

    [Fact]
    public void APodsWayIsToldStepByStep()
    {
        var pod = Seen.Pod("a");
        Kinds(Seen.Snapshot(pod)).ShouldBe(["Planned", "Evicting", "Progress"]);
        Kinds(Seen.Snapshot(pod).Answered("a", PodAnswerKind.Accepted)).ShouldBe(["Terminating", "Progress"]);
        Kinds(Seen.Snapshot(Seen.Terminating("a", TimeSpan.FromSeconds(30))).Answered("a", PodAnswerKind.Accepted)).ShouldBeEmpty();
        Kinds(Seen.Snapshot()).ShouldBe(["Evicted", "Progress"]);
        _reporter.Counts.ShouldBe(new DrainCounts(1, 0, 0, 0, 0));
    }

    [Fact]
    public void ABlockIsToldOnceAsLongAsItsReasonStandsAndTriesBetweenAreNoNews()
    {
        var seen = Seen.Snapshot(Seen.Pod("a"));
        Kinds(seen);
        Kinds(seen.Answered("a", PodAnswerKind.Budget)).ShouldContain("Blocked");
        Kinds(seen.Answered("a", PodAnswerKind.Budget)).ShouldNotContain("Blocked");
        Kinds(seen.Answered("a", PodAnswerKind.Budget) with { Now = Seen.Now.AddSeconds(1) }).ShouldNotContain("Evicting");
        Kinds(seen.Answered("a", PodAnswerKind.Budget, times: 2)).ShouldNotContain("Blocked");
        Kinds(seen.Answered("a", PodAnswerKind.Budget).With(Seen.Budget("pdb", 0))).ShouldContain("Blocked", "now its budget has a name");
    }

    [Fact]
    public void SkipsAndWarningsAreToldOnce()
    {
        var seen = Seen.Snapshot(Seen.DaemonSetPod("d"), Seen.Pod("a") with { HasEmptyDir = true }) with { DaemonSets = Seen.DaemonSet(DaemonSetAnswer.Present) };
        Kinds(seen).ShouldBe(["Planned", "Warning", "Skipped", "Evicting", "Progress"], ignoreOrder: true);
        Kinds(seen).ShouldBeEmpty();
    }

    [Fact]
    public void APodThatStaysAndGoesByItselfIsNoEviction()
    {
        var seen = Seen.Snapshot(Seen.DaemonSetPod("d")) with { DaemonSets = Seen.DaemonSet(DaemonSetAnswer.Present) };
        Kinds(seen);
        Kinds(Seen.Snapshot()).ShouldNotContain("Evicted");
    }

    [Fact]
    public void ADryRunTellsWhatWouldBeEvicted() =>
        Kinds(Seen.Snapshot(Seen.Pod("a")) with { Options = Seen.Forgiving with { DryRun = DrainDryRun.Client } }).ShouldContain("Evicting");

    private string[] Kinds(DrainSnapshot seen) =>
        [.. _reporter.Tell(DrainPlanner.Next(seen), seen.Options, seen.Now).Select(told => told.GetType().Name)];
}
