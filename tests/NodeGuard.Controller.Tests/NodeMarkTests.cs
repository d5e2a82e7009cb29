using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Whether somebody has taken a recycle's cordon away is told by what the node carries, and by no clock.</summary>
public sealed class NodeMarkTests
{
    private const string Ours = "5b0f3a4e";
    private const string Another = "77c1d2aa";

    [Theory]
    [Trait("Invariant", "7")]
    [InlineData(true, Ours, Ours, false, "it stands")]
    [InlineData(true, null, null, false, "somebody else's")]
    [InlineData(false, null, null, false, "it was not set yet")]
    [InlineData(false, Ours, Ours, true, "uncordoned")]
    [InlineData(false, null, Ours, true, "uncordoned, and the taint was taken, too")]
    [InlineData(false, Ours, null, true, "uncordoned, and the note was taken, too; or an admin took back a cordon of their own")]
    [InlineData(false, Another, Another, false, "another recycle's")]
    public void A_mark_without_a_cordon_tells_that_somebody_took_it(bool unschedulable, string? taint, string? note, bool lost, string because)
    {
        var node = new SeenNode
        {
            BornAt = DateTimeOffset.UnixEpoch,
            Draining = new DrainNode
            {
                Name = "node-1",
                Uid = "9d8e",
                Unschedulable = unschedulable,
                Taints = taint is null ? [] : [new NodeTaint(FleetKeys.RecycleTaint, taint, "NoSchedule")],
                Annotations = note is null ? new Dictionary<string, string>() : new() { [DrainKeys.CordonedBy] = RecycleReading.CordonId(note) },
            },
        };

        NodeMark.LostItsCordon(node, Ours).ShouldBe(lost, because);
    }

    /// <summary>A look by a cache that lags sets the mark once more; what an admin did meanwhile stays.</summary>
    [Fact]
    [Trait("Invariant", "7")]
    public async Task A_cordon_that_somebody_took_is_not_set_again()
    {
        await using FleetStage stage = await FleetStage.StartAsync(1, new PoolSpec { Name = "workers", Count = 1 });
        string name = (await stage.FirstAsync()).Metadata.Name!;
        var mark = new NodeMark(stage.Api, new NodeDrain(stage.Api, TimeProvider.System));
        (await mark.SetAsync(name, Ours, default)).ShouldBeNull();
        (await stage.FirstAsync()).Spec!.Unschedulable.ShouldBe(true);
        FleetStage.Value(await stage.Api.PatchAsync(
            ResourceTypes.Nodes, new ObjectName(string.Empty, name), new Patch(PatchKind.Merge, """{"spec":{"unschedulable":null}}"""u8.ToArray()),
            subresource: null, WriteOptions.Default, default));

        (await mark.SetAsync(name, Ours, default)).ShouldBeNull();

        (await stage.FirstAsync()).Spec!.Unschedulable.ShouldNotBe(true);
    }
}
