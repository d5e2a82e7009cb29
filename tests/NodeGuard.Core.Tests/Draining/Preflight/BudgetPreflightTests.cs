using NodeGuard.Core.Draining;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using Shouldly;
using Xunit;
using static NodeGuard.Core.Tests.Draining.Preflight.PreflightBuilder;

namespace NodeGuard.Core.Tests.Draining.Preflight;

public sealed class BudgetPreflightTests
{
    [Theory]
    [InlineData(null, "0", 3, 0)]
    [InlineData(null, "0%", 3, 0)]
    [InlineData(null, "1", 1, 1)]
    [InlineData(null, "1%", 3, 1)]
    [InlineData(null, "50%", 3, 2)]
    [InlineData("1", null, 1, 0)]
    [InlineData("1", null, 2, 1)]
    [InlineData("3", null, 3, 0)]
    [InlineData("5", null, 3, 0)]
    [InlineData("50%", null, 1, 0)]
    [InlineData("50%", null, 3, 1)]
    [InlineData("100%", null, 7, 0)]
    [InlineData("0", null, 3, 3)]
    [InlineData(null, null, 3, 2)]
    public void ABudgetAllowsAtBestWhatTheDisruptionControllerWouldCount(string? minAvailable, string? maxUnavailable, int pods, int allowed)
    {
        var budget = Budget() with { MinAvailable = Count(minAvailable), MaxUnavailable = Count(maxUnavailable) };

        BudgetArithmetic.AllowedAtBest(budget, pods).ShouldBe(allowed);
    }

    [Fact]
    public void ABudgetThatCanNeverAllowAnEvictionIsABlockerThatNamesItsOwner()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false), Status = new BudgetStatus(0, 3, 3, 3, null) };

        var finding = Examine(Cluster([Pod("one"), Pod("two", "b"), Pod("three", "b")], budget)).ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.BudgetNeverAllows);
        finding.Severity.ShouldBe(PreflightSeverity.Blocker);
        finding.Subjects.ShouldBe(["PodDisruptionBudget shop/web", "Pod shop/one"]);
        finding.Finding.ShouldBe("can never allow an eviction: none of its 3 pods may be unavailable (maxUnavailable 0)");
        finding.Owner.ShouldNotBeNull().Controllers.ShouldBe(["Deployment shop/web"]);
    }

    [Fact]
    public void ABudgetOverASingleReplicaSaysThatASecondOneWouldHelp()
    {
        var budget = Budget() with { MinAvailable = new CountOrPercent(1, false), Status = new BudgetStatus(0, 1, 1, 1, null) };

        var finding = Examine(Cluster([Pod("one")], budget)).ShouldHaveSingleItem();

        finding.Finding.ShouldContain("its one pod must stay available (minAvailable 1)");
        finding.Fix.ShouldContain("second replica");
    }

    [Fact]
    public void ABudgetWithoutPodsOnTheNodeIsNotMentioned()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false) };

        Examine(Cluster([Pod("two", "b")], budget)).ShouldBeEmpty();
    }

    [Fact]
    public void ABudgetAsksNothingForPendingFinishedAndTerminatingPods()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false) };
        PreflightPod[] pods =
        [
            Pod("pending") with { Phase = PodPhase.Pending }, Pod("finished") with { Phase = PodPhase.Succeeded }, Pod("leaving") with { Terminating = true },
        ];

        Examine(Cluster(pods, budget)).ShouldBeEmpty();
    }

    [Fact]
    public void UnreadyPodsUnderAlwaysAllowAreFreeWhateverTheBudgetSays()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false), AlwaysAllowUnhealthy = true, Status = new BudgetStatus(0, 0, 1, 1, null) };

        Examine(Cluster([Pod("one") with { Ready = false }], budget)).ShouldBeEmpty();
    }

    [Fact]
    public void ABudgetThatIsUsedUpNamesThePodsThatAreNotReady()
    {
        var budget = Budget() with { MinAvailable = new CountOrPercent(2, false), Status = new BudgetStatus(0, 2, 2, 3, null) };

        var finding = Examine(Cluster([Pod("one"), Pod("two", "b"), Pod("three", "b") with { Ready = false }], budget)).ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.BudgetAllowsNoneNow);
        finding.Severity.ShouldBe(PreflightSeverity.Warning);
        finding.Finding.ShouldBe("allows no eviction now: 2 healthy, 2 needed; not ready: three");
    }

    [Fact]
    public void ABudgetThatNobodyCountedIsNeverTakenForFine()
    {
        Examine(Cluster([Pod("one"), Pod("two", "b")], Budget() with { MinAvailable = new CountOrPercent(1, false), Status = null }))
            .ShouldHaveSingleItem().Severity.ShouldBe(PreflightSeverity.Warning);

        var failed = Budget() with { MaxUnavailable = new CountOrPercent(1, false), Status = new BudgetStatus(0, 0, 0, 0, "found no controllers for pod \"one\"") };
        var finding = Examine(Cluster([Pod("one"), Pod("two", "b")], failed)).ShouldHaveSingleItem();
        finding.Severity.ShouldBe(PreflightSeverity.Blocker);
        finding.Finding.ShouldContain("found no controllers");
    }

    [Fact]
    public void TwoBudgetsOnOnePodAreABlockerThatNamesBoth()
    {
        var finding = Examine(Cluster([Pod("one"), Pod("two", "b")], Budget("first") with { MinAvailable = new CountOrPercent(1, false) }, Budget("second") with { MinAvailable = new CountOrPercent(1, false) }))
            .ShouldHaveSingleItem();

        finding.Check.ShouldBe(PreflightCheck.OverlappingBudgets);
        finding.Subjects.ShouldBe(["Pod shop/one", "PodDisruptionBudget shop/first", "PodDisruptionBudget shop/second"]);
    }

    [Fact]
    public void WithoutEvictionNoBudgetIsAsked()
    {
        var budget = Budget() with { MaxUnavailable = new CountOrPercent(0, false) };

        Examine(Cluster([Pod("one")], budget), new PreflightOptions { DisableEviction = true }).ShouldBeEmpty();
    }

    [Fact]
    public void ABudgetSelectsInItsOwnNamespaceOnly()
    {
        (Budget() with { Selector = LabelMatch.Nothing }).Selects(Pod("one")).ShouldBeFalse();
        (Budget() with { Selector = LabelMatch.Everything }).Selects(Pod("one")).ShouldBeTrue();
        (Budget() with { Selector = LabelMatch.Everything, Namespace = "other" }).Selects(Pod("one")).ShouldBeFalse();
    }

    private static CountOrPercent? Count(string? text) => text switch
    {
        null => null,
        [.. var number, '%'] => new CountOrPercent(int.Parse(number, System.Globalization.CultureInfo.InvariantCulture), true),
        _ => new CountOrPercent(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture), false),
    };
}
