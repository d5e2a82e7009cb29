using NodeGuard.Core.Draining;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

/// <summary>The model of the properties sees what must never happen: else they could not fail.</summary>
public sealed class ModelClusterTests
{
    private static readonly ModelWorkload Guarded = new(
        Replicas: 2, Elsewhere: 1, Budgets: 1, MustStay: 3, SameNames: true, Critical: false, DoNotDisrupt: false, Crashing: false, AlwaysAllow: false);

    [Fact]
    public void ADeletionPastTheBudgetIsSeenTwice()
    {
        var cluster = new ModelCluster([Guarded]);

        cluster.Evict(Asked(cluster.OnDrained[0]) with { ByDelete = true }).Kind.ShouldBe(PodAnswerKind.Budget);

        cluster.Violations.ShouldHaveSingleItem().ShouldContain("deleted past its budgets");
        cluster.End(cluster.OnDrained[0], TimeSpan.FromSeconds(5));
        cluster.Violations[1].ShouldBe("w0-pdb0: 2 healthy, 3 must stay");
    }

    [Fact]
    public void AnEvictionUnderABudgetThatIsUsedUpIsRefusedAndCostsNoPod()
    {
        var cluster = new ModelCluster([Guarded with { MustStay = 2 }]);

        cluster.Evict(Asked(cluster.OnDrained[0])).Kind.ShouldBe(PodAnswerKind.Accepted);
        cluster.Evict(Asked(cluster.OnDrained[1])).Kind.ShouldBe(PodAnswerKind.Budget);

        cluster.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void APodOfAnotherNodeThatIsTouchedIsSeen()
    {
        var cluster = new ModelCluster([Guarded]);

        cluster.Evict(Asked(cluster.Pods.Single(pod => pod.NodeName != ModelCluster.Drained)));

        cluster.Violations.ShouldHaveSingleItem().ShouldContain("on n2 was touched");
    }

    [Fact]
    public void ThePodThatTookTheNameOfOneThatIsGoneIsAnother()
    {
        var cluster = new ModelCluster([Guarded with { Budgets = 0 }]);
        DrainPod first = cluster.OnDrained[0];
        cluster.Evict(Asked(first));
        cluster.Advance(TimeSpan.FromSeconds(6));
        cluster.Advance(TimeSpan.FromSeconds(6));

        DrainPod second = cluster.Pods.Single(pod => pod.Id.Name == first.Id.Name);
        second.NodeName.ShouldNotBe(ModelCluster.Drained);
        cluster.Evict(Asked(first)).Kind.ShouldBe(PodAnswerKind.Gone);
        cluster.Violations.ShouldBeEmpty();
        cluster.Evict(Asked(second));
        cluster.Violations.ShouldHaveSingleItem();
    }

    private static DrainAction.Evict Asked(DrainPod pod) => new(pod.Id, TimeSpan.FromSeconds(5), ByDelete: false);
}
