using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>A person asks for one node.</summary>
public sealed class ByHandTests
{
    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 4, Agents = true, Boot = TimeSpan.FromSeconds(30), Ready = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_deleted_node_s_successor_proves_well_and_the_slot_is_given_back()
    {
        await using FleetStage stage = await FleetStage.StartAsync(60, Pool);
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];

        NodeRecycle recycle = await stage.RequestAsync(node.Metadata.Name!);
        NodeRecycle done = await stage.UntilPhaseAsync(recycle.Metadata.Name!, RecyclePhase.Succeeded);

        done.Status!.Replacement!.Successor!.Uid.ShouldNotBe(node.Metadata.Uid);
        (await stage.AllAsync(ResourceTypes.Nodes)).Count.ShouldBe(4);
        await stage.UntilAsync(recycle.Metadata.Name!, static seen => seen.Metadata.Finalizers is null or []);
    }

    [Fact]
    [Trait("Invariant", "7")]
    [Trait("Invariant", "8")]
    public async Task A_rebooted_node_is_given_back_as_it_was_found()
    {
        await using FleetStage stage = await FleetStage.StartAsync(60, Pool);
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes))[0];
        string before = node.Status!.NodeInfo!.BootId;
        await stage.UntilAgentAsync(node.Metadata.Name!);

        NodeRecycle recycle = await stage.RequestAsync(node.Metadata.Name!, static spec => spec.Method = nameof(ReplacementMethod.Reboot));
        await stage.UntilAsync(recycle.Metadata.Name!, static seen => seen.Status?.Phase == nameof(RecyclePhase.Succeeded) && seen.Metadata.Finalizers is null or []);

        Node after = await stage.GetAsync(ResourceTypes.Nodes, node.Metadata.Name!);
        after.Metadata.Uid.ShouldBe(node.Metadata.Uid);
        after.Status!.NodeInfo!.BootId.ShouldNotBe(before);
        (after.Spec?.Unschedulable ?? false).ShouldBeFalse();
        (after.Spec?.Taints ?? []).ShouldNotContain(static taint => taint.Key == FleetKeys.RecycleTaint);
        (after.Metadata.Annotations ?? []).ShouldNotContainKey(DrainKeys.CordonedBy);
    }
}
