using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Reboots in the way that the policy says, what proves them, and what is not passed off as another.</summary>
public sealed class RebootMethodTests
{
    private const double Speed = 240;
    private const string Kernel = "linux-image-6.1-amd64:amd64";

    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 1,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
        Heartbeat = TimeSpan.FromMinutes(1),
        Packages = [$"{Kernel}=1"],
    };

    [Theory]
    [InlineData(RebootMethod.Reboot, false)]
    [InlineData(RebootMethod.Kexec, false)]
    [InlineData(RebootMethod.SoftReboot, true)]
    public async Task A_node_is_rebooted_as_its_policy_says_and_a_soft_reboot_is_proved_by_its_agent(RebootMethod method, bool keepsBoot)
    {
        await using FleetStage stage = await StartAsync(spec => spec.Updates = new UpdatePolicy { RebootMethod = method.ToString() });
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        (await stage.GetAsync(ResourceTypes.GuardedNodes, node.Metadata.Name!)).Spec!.Operation!.Kind.ShouldBe(method.ToString());
        ((await stage.FirstAsync()).Status!.NodeInfo!.BootId == node.Status!.NodeInfo!.BootId).ShouldBe(keepsBoot);
        // What was Ready before proves nothing of it: it has to stay so from then on.
        DateTimeOffset replaced = done.Status.Conditions!.Single(static condition => condition.Type == "Replaced").LastTransitionTime!.Value;
        (done.Status.FinishedAt - replaced)!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(keepsBoot ? 2 : 0));
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_kernel_that_waits_for_a_boot_is_no_matter_for_a_soft_reboot()
    {
        await using FleetStage stage = await StartAsync(static spec => spec.Updates = new UpdatePolicy
        {
            Mode = nameof(UpdateMode.Coordinated),
            Drain = nameof(UpdateDrain.Always),
            Reboot = nameof(RebootPolicy.IfRequired),
            RebootMethod = nameof(RebootMethod.SoftReboot),
        });
        Node node = await stage.FirstAsync();
        stage.Sandbox.Apply($"pool-packages=workers/{Kernel}=2").ShouldBeEmpty();

        await stage.UntilFrozenAsync("workers");

        NodeRecycle failed = (await stage.AllAsync(ResourceTypes.NodeRecycles)).ShouldHaveSingleItem();
        failed.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        failed.Status.Message!.ShouldContain("wanted is a soft reboot, which keeps the kernel, and a newer one is installed");
        (await stage.FirstAsync()).Status!.NodeInfo!.BootId.ShouldBe(node.Status!.NodeInfo!.BootId, "nor was it rebooted in any other way");
    }

    private static async Task<FleetStage> StartAsync(Action<NodePolicySpec> change)
    {
        FleetStage stage = await FleetStage.StartAsync(Speed, Pool);
        stage.StartController();
        await stage.PolicyAsync("workers", spec =>
        {
            spec.Replacement = new PolicyReplacement { Method = nameof(ReplacementMethod.Reboot) };
            spec.Health = new PolicyHealth { MinReady = "2m", MaxUnhealthy = new IntOrString("100%") };
            change(spec);
        });
        await stage.UntilAgentAsync((await stage.FirstAsync()).Metadata.Name!);
        return stage;
    }
}
