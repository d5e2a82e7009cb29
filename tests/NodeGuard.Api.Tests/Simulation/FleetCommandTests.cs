using NodeGuard.Api.Tests.Drain;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>A person's commands while a controller keeps a simulated fleet.</summary>
public sealed class FleetCommandTests
{
    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 3,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task A_recycle_is_asked_for_and_followed_to_its_end()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["recycle", "workers-0001", "--reason", "a test", "--wait"]);

        code.ShouldBe(0, output + stage.Log);
        output.ShouldContain("workers-0001: noderecycle/workers-0001-");
        output.ShouldContain("workers-0001: Succeeded: node workers-");
    }

    [Fact]
    public async Task A_paused_fleet_starts_nothing_and_says_so_until_it_is_resumed()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.MaxAge = "24h");
        stage.StartController();
        await stage.UntilAgentAsync("workers-0001");

        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["pause"])).ShouldBe((0, "Fleet cluster: paused\n"));
        NodeRecycle asked = await stage.RequestAsync("workers-0001");
        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["explain", "workers-0001"]);
        code.ShouldBe(0, output);
        output.ShouldContain("the fleet is paused");
        output.ShouldContain("Policy:     workers");
        (await stage.GetAsync(ResourceTypes.NodeRecycles, asked.Metadata.Name!)).Status?.StartedAt.ShouldBeNull();

        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["resume"])).ExitCode.ShouldBe(0);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.StartedAt is not null);
        (await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["plan"])).Output.ShouldContain("workers-0002   workers");
    }

    [Fact]
    public async Task A_frozen_policy_is_thawed_by_resume()
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.Health = new PolicyHealth { Timeout = "5m" });
        stage.StartController();
        stage.Sandbox.Apply("pool-faults=workers/never-ready").ShouldBeEmpty();
        await stage.RequestAsync("workers-0001");
        await stage.UntilFrozenAsync("workers");

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["resume", "workers"]);

        code.ShouldBe(0, output);
        output.ShouldContain("the freeze was: 1 of policy workers's recycles have failed");
        await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static seen => seen.Status?.Freeze is null);
    }

    [Fact]
    public async Task A_cluster_without_the_kinds_says_how_to_get_them()
    {
        await using FleetStage stage = await FleetStage.StartBareAsync(120, Pool);

        (int code, string output) = await NodeGuardRunner.RunAsync(stage.Kubeconfig, ["recycle", "workers-0001"]);

        code.ShouldBe(1);
        output.ShouldContain("nodeguard install crds");
    }
}
