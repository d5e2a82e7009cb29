using NodeGuard.Controller.Observing;
using NodeGuard.Controller.Recycles;
using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
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
}
