using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation;

public sealed class PodTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task APodStartsRunsAndIsReady()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod(
            "app", """{"sandbox.nodeguard.io/start-after":"2s","sandbox.nodeguard.io/ready-after":"3s"}"""));
        cluster.Settle();
        PodState.Phase(cluster.Get(Kind.Pod, "app")).ShouldBe("Pending");
        cluster.Advance(TimeSpan.FromSeconds(2));
        PodState.Phase(cluster.Get(Kind.Pod, "app")).ShouldBe("Running");
        PodState.IsReady(cluster.Get(Kind.Pod, "app")).ShouldBeFalse();
        cluster.Advance(TimeSpan.FromSeconds(3));
        PodState.IsReady(cluster.Get(Kind.Pod, "app")).ShouldBeTrue();
        cluster.Get(Kind.Pod, "app").Text("status", "podIP").ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("1s", 30, 1)]
    [InlineData("60s", 5, 5)]
    [InlineData("60s", 0, 0)]
    public async Task APodEndsWhenItsProcessEndsAndNotLaterThanItsGrace(string stopAfter, int grace, int seconds)
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("app", $$"""{"sandbox.nodeguard.io/stop-after":"{{stopAfter}}"}"""));
        cluster.Advance(Enough);
        cluster.Delete(Kind.Pod, "app", grace);
        if (seconds > 0)
        {
            cluster.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(10));
            cluster.Get(Kind.Pod, "app").IsDeleting().ShouldBeTrue();
            cluster.Advance(TimeSpan.FromMilliseconds(10));
        }

        cluster.Find(Kind.Pod, "app").ShouldBeNull();
    }

    [Fact]
    public async Task APodThatNeverStopsStays()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod("app", """{"sandbox.nodeguard.io/stop-after":"never"}"""));
        cluster.Advance(Enough);
        cluster.Delete(Kind.Pod, "app", 1);
        cluster.Advance(TimeSpan.FromMinutes(10));
        cluster.Get(Kind.Pod, "app").IsDeleting().ShouldBeTrue();
    }

    [Fact]
    public async Task AFinalizerHoldsAPodThatHasEnded()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        JsonObject pod = Objects.Pod("app");
        pod.Ensure("metadata")["finalizers"] = new JsonArray("example.com/hold");
        cluster.Create(Kind.Pod, pod);
        cluster.Advance(Enough);
        cluster.Delete(Kind.Pod, "app");
        cluster.Advance(Enough);
        PodState.Phase(cluster.Get(Kind.Pod, "app")).ShouldBe("Succeeded");
        cluster.Edit(Kind.Pod, "app", item => item.Ensure("metadata").Remove("finalizers"));
        cluster.Find(Kind.Pod, "app").ShouldBeNull();
    }

    [Fact]
    public async Task ACrashingPodBacksOffLongerAndLonger()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        cluster.Create(Kind.Pod, Objects.Pod(
            "app", """{"sandbox.nodeguard.io/run-for":"1s","sandbox.nodeguard.io/exit-code":"1"}"""));
        cluster.Advance(Enough);
        JsonObject status = Status(cluster);
        status.Text("state", "waiting", "reason").ShouldBe("CrashLoopBackOff");
        status.Number("restartCount").ShouldBe(1);
        status.Number("lastState", "terminated", "exitCode").ShouldBe(1);
        cluster.Advance(TimeSpan.FromMinutes(3));
        (Status(cluster).Number("restartCount") ?? 0).ShouldBeInRange(4, 5);
        PodState.IsReady(cluster.Get(Kind.Pod, "app")).ShouldBeFalse();
    }

    [Fact]
    public async Task APodThatRunsOnceSucceedsOrFails()
    {
        await using var cluster = new SimulatedCluster(nodes: 1);
        const string Never = """{"restartPolicy":"Never","containers":[{"name":"main","image":"a"}]}""";
        cluster.Create(Kind.Pod, Objects.Pod("good", """{"sandbox.nodeguard.io/run-for":"1s"}""", Never));
        cluster.Create(Kind.Pod, Objects.Pod(
            "bad", """{"sandbox.nodeguard.io/run-for":"1s","sandbox.nodeguard.io/exit-code":"7"}""", Never));
        cluster.Advance(Enough);
        PodState.Phase(cluster.Get(Kind.Pod, "good")).ShouldBe("Succeeded");
        PodState.Phase(cluster.Get(Kind.Pod, "bad")).ShouldBe("Failed");
    }

    private static JsonObject Status(SimulatedCluster cluster) =>
        cluster.Get(Kind.Pod, "app").Items("status", "containerStatuses").Single();
}
