using NodeGuard.Controller.Metrics;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Metrics;

/// <summary>A controller at work shows what it does.</summary>
public sealed class ControllerVitalsTests
{
    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 3, Agents = true, Boot = TimeSpan.FromSeconds(30), Ready = TimeSpan.FromSeconds(5) };

    [Fact]
    [Trait("Invariant", "12")]
    public async Task A_recycle_is_counted_and_the_loop_beats_only_while_it_leads()
    {
        using var exposition = new PrometheusExposition();
        using var metrics = new ControllerMetrics(exposition);
        var loops = new LoopHeartbeats(TimeProvider.System);
        await using FleetStage stage = await FleetStage.StartAsync(60, Pool);
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController(vitals: new ControllerVitals(metrics, loops));
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];

        NodeRecycle recycle = await stage.RequestAsync(node.Metadata.Name!);
        await stage.UntilPhaseAsync(recycle.Metadata.Name!, RecyclePhase.Succeeded);

        await Eventually(() => exposition.Write().ShouldContain("nodeguard_recycles_ended_total{policy=\"workers\",outcome=\"succeeded\"} 1\n"));
        string text = exposition.Write();
        text.ShouldContain("nodeguard_recycles_started_total{policy=\"workers\",reason=\"manual\"} 1\n");
        text.ShouldContain("nodeguard_leader 1\n");
        text.ShouldContain("nodeguard_budget_allowed_nodes{policy=\"workers\"} 1\n");
        text.ShouldNotContain(node.Metadata.Name!);
        loops.Loops.ShouldContain(static loop => loop.Name == "fleet");
        loops.Late.ShouldBeEmpty();

        await stage.StopControllersAsync();
        loops.Loops.ShouldBeEmpty();
        exposition.Write().ShouldContain("nodeguard_leader 0\n");
        exposition.Write().ShouldNotContain("nodeguard_nodes{");
    }

    private static async Task Eventually(Action check)
    {
        DateTime deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (true)
        {
            try
            {
                check();
                return;
            }
            catch (ShouldAssertException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(20);
            }
        }
    }
}
