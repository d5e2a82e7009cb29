using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Draining.Preflight.PreflightBuilder;

namespace NodeGuard.Core.Tests.Draining.Preflight;

public sealed class PlacementPreflightTests
{
    [Fact]
    public void APodThatNoOtherNodeHasRoomForIsToldWithTheResourceThatLacks()
    {
        var big = Pod("big") with { Requests = Amounts(("cpu", 3)) };
        var other = Pod("other", "b") with { Requests = Amounts(("cpu", 2)) };

        var finding = Examine(Cluster([big, other])).ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.FitsNowhere);
        finding.Finding.ShouldBe("fits on none of the 1 other schedulable nodes: 1 too little cpu");
    }

    [Fact]
    public void FinishedPodsHoldNoRoomAndNeedNone()
    {
        var big = Pod("big") with { Requests = Amounts(("cpu", 3)) };
        var done = Pod("done", "b") with { Requests = Amounts(("cpu", 2)), Phase = PodPhase.Succeeded };
        var huge = Pod("huge") with { Requests = Amounts(("cpu", 30)), Phase = PodPhase.Failed };

        Examine(Cluster([big, done, huge])).ShouldBeEmpty();
    }

    [Fact]
    public void PodsThatFitAloneButNotTogetherAreTold()
    {
        var pods = Enumerable.Range(1, 3).Select(static index => Pod($"p{index}") with { Requests = Amounts(("memory", 3)) }).ToList();

        var finding = Examine(Cluster(pods)).ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.FitsNotTogether);
        finding.Subjects.ShouldBe(["Pod shop/p3"]);
    }

    [Fact]
    public void CordonedUnreadyAndDrainedNodesTakeNothing()
    {
        var cluster = Cluster([Pod("one")]) with { Nodes = [Node("a"), Node("b") with { Unschedulable = true }, Node("c") with { Ready = false }] };

        Examine(cluster).ShouldHaveSingleItem().Finding.ShouldBe("has nowhere to go: no other node is ready and schedulable");
        DrainPreflight.Examine(Cluster([Pod("one")]), ["a", "b"], new PreflightOptions()).Findings.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("gpu", true)]
    [InlineData("cpu", false)]
    public void ATaintKeepsAwayWhatDoesNotTolerateIt(string key, bool fits)
    {
        var pod = Pod("one") with { Tolerations = [new PodToleration(key, Exists: true, "", "")] };
        var cluster = Cluster([pod]) with { Nodes = [Node("a"), Node("b") with { Taints = [new NodeTaint("gpu", "yes", "NoSchedule")] }] };

        Examine(cluster).Count.ShouldBe(fits ? 0 : 1);
    }

    [Fact]
    public void ATaintThatOnlyPrefersKeepsNobodyAway()
    {
        var cluster = Cluster([Pod("one")]) with { Nodes = [Node("a"), Node("b") with { Taints = [new NodeTaint("busy", "", "PreferNoSchedule")] }] };

        Examine(cluster).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(NodeOperator.In, "b", true)]
    [InlineData(NodeOperator.In, "c", false)]
    [InlineData(NodeOperator.NotIn, "b", false)]
    [InlineData(NodeOperator.Exists, "", true)]
    [InlineData(NodeOperator.DoesNotExist, "", false)]
    [InlineData(NodeOperator.GreaterThan, "1", false)]
    [InlineData(NodeOperator.Unknown, "b", false)]
    public void RequiredAffinityIsHeeded(NodeOperator @operator, string value, bool fits)
    {
        var term = new NodeTerm([new NodeRequirement("kubernetes.io/hostname", @operator, [value])], []);
        var pod = Pod("one") with { Selection = new NodeSelection(new Dictionary<string, string>(), [term]) };

        Examine(Cluster([pod])).Count.ShouldBe(fits ? 0 : 1);
    }

    [Fact]
    public void OneTermOfSeveralSufficesAndAnEmptyOneSelectsNothing()
    {
        var nowhere = new NodeTerm([], []);
        var byName = new NodeTerm([], [new NodeRequirement("metadata.name", NodeOperator.In, ["b"])]);

        new NodeSelection(new Dictionary<string, string>(), [nowhere]).Accepts(Node("b")).ShouldBeFalse();
        new NodeSelection(new Dictionary<string, string>(), [nowhere, byName]).Accepts(Node("b")).ShouldBeTrue();
        new NodeSelection(new Dictionary<string, string> { ["disk"] = "ssd" }, [byName]).Accepts(Node("b")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("5", NodeOperator.GreaterThan, "4", true)]
    [InlineData("4", NodeOperator.GreaterThan, "4", false)]
    [InlineData("3", NodeOperator.LessThan, "4", true)]
    [InlineData("x", NodeOperator.LessThan, "4", false)]
    public void NumbersInLabelsAreComparedAsIntegers(string label, NodeOperator @operator, string bound, bool matches) =>
        new NodeRequirement("generation", @operator, [bound]).Matches(new Dictionary<string, string> { ["generation"] = label }).ShouldBe(matches);

    [Fact]
    public void AVolumeHoldsItsPodToTheNodesThatReachIt()
    {
        var here = new NodeSelection(new Dictionary<string, string>(), [new NodeTerm([new NodeRequirement("kubernetes.io/hostname", NodeOperator.In, ["a"])], [])]);
        var cluster = Cluster([Pod("one") with { Claims = ["data"] }]) with { ClaimPlacement = new Dictionary<string, NodeSelection> { ["shop/data"] = here } };

        Examine(cluster).ShouldHaveSingleItem().Finding.ShouldContain("out of its volume's reach");
    }

    [Fact]
    public void TheReportSaysThatTheCheckIsCoarse() =>
        DrainPreflight.Examine(Cluster([Pod("one")]), ["a"], new PreflightOptions()).Coarse.ShouldContain("coarse");
}
