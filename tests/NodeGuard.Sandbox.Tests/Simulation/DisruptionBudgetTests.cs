using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Workloads;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class DisruptionBudgetTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData("\"minAvailable\":3", 5, 5, 3, 2)]
    [InlineData("\"minAvailable\":\"50%\"", 5, 5, 3, 2)]
    [InlineData("\"maxUnavailable\":1", 5, 5, 4, 1)]
    [InlineData("\"maxUnavailable\":\"30%\"", 5, 5, 3, 2)]
    [InlineData("\"minAvailable\":1", 1, 1, 1, 0)]
    [InlineData("\"maxUnavailable\":0", 3, 3, 3, 0)]
    [InlineData("\"minAvailable\":0", 2, 2, 0, 2)]
    public async Task ABudgetCountsAsTheRealControllerDoes(string limit, int replicas, int expected, int desired, int allowed)
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", replicas));
        cluster.Create(Kind.PodDisruptionBudget, Objects.Budget("web", "web", limit));
        cluster.Advance(Enough);

        JsonObject budget = cluster.Get(Kind.PodDisruptionBudget, "web");
        budget.Number("status", "expectedPods").ShouldBe(expected);
        budget.Number("status", "desiredHealthy").ShouldBe(desired);
        budget.Number("status", "currentHealthy").ShouldBe(replicas);
        budget.Number("status", "disruptionsAllowed").ShouldBe(allowed);
        budget.Number("status", "observedGeneration").ShouldBe(budget.Number("metadata", "generation"));
        budget.Condition("DisruptionAllowed").Text("reason").ShouldBe(allowed > 0 ? "SufficientPods" : "InsufficientPods");
    }

    [Fact]
    public async Task ABudgetFollowsItsPods()
    {
        await using var cluster = new SimulatedCluster(nodes: 3);
        cluster.Create(Kind.Deployment, Objects.Deployment("web", 3));
        cluster.Create(Kind.PodDisruptionBudget, Objects.Budget("web", "web", "\"maxUnavailable\":1"));
        cluster.Advance(Enough);
        cluster.Delete(Kind.Pod, cluster.All(Kind.Pod)[0].Name());
        Allowed(cluster).ShouldBe(0);
        cluster.Advance(Enough);
        Allowed(cluster).ShouldBe(1);
    }

    [Fact]
    public async Task APodWhoseControllerHasNoScaleStopsThePercentage()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.DaemonSet, Objects.DaemonSet("log"));
        cluster.Create(Kind.PodDisruptionBudget, Objects.Budget("log", "log", "\"maxUnavailable\":1"));
        cluster.Advance(Enough);
        JsonObject budget = cluster.Get(Kind.PodDisruptionBudget, "log");
        budget.Condition("DisruptionAllowed").Text("reason").ShouldBe("SyncFailed");
        budget.Number("status", "disruptionsAllowed").ShouldBe(0);
    }

    [Fact]
    public void AnEvictionThatDeletedNothingIsForgottenAfterTwoMinutes()
    {
        DateTimeOffset now = DateTimeOffset.UnixEpoch.AddDays(1);
        JsonObject budget = Objects.Budget("web", "web", "\"minAvailable\":1");
        budget.Ensure("status", "disruptedPods")["web-1"] = now.ToApiTime();
        JsonObject[] pods = [ReadyPod("web-0"), ReadyPod("web-1"), ReadyPod("web-2")];

        Outcome early = DisruptionBudgets.Reconcile(budget, pods, _ => (3, ""), now.AddSeconds(119));
        After(early).Number("status", "currentHealthy").ShouldBe(2);
        early.Again.ShouldBe(TimeSpan.FromSeconds(1));
        Outcome late = DisruptionBudgets.Reconcile(budget, pods, _ => (3, ""), now.AddSeconds(121));
        After(late).Number("status", "currentHealthy").ShouldBe(3);
        After(late).At("status", "disruptedPods").ShouldBeNull();
    }

    private static JsonObject After(Outcome outcome) =>
        outcome.Changes.ShouldHaveSingleItem().ShouldBeOfType<Change.Update>().Object;

    private static JsonObject ReadyPod(string name)
    {
        JsonObject pod = Objects.Pod(name, labels: """{"app":"web"}""");
        pod.Ensure("status").SetCondition("Ready", "True", "", "", DateTimeOffset.UnixEpoch);
        return pod;
    }

    private static int? Allowed(SimulatedCluster cluster) =>
        cluster.Get(Kind.PodDisruptionBudget, "web").Number("status", "disruptionsAllowed");
}
