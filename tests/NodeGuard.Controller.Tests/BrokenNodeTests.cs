using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>A node whose kubelet is silent is replaced, where the policy says after how long.</summary>
public sealed class BrokenNodeTests
{
    [Fact]
    public async Task A_silent_node_is_replaced_by_another()
    {
        await using FleetStage stage = await MethodStage.StartAsync(
            ReplacementMethod.DeleteNode,
            policy: static spec => spec.Health = new PolicyHealth { RecycleNotReadyAfter = "2m", MaxUnhealthy = new IntOrString("100%") });
        Node node = await stage.FirstAsync();
        await stage.UntilAgentAsync(node.Metadata.Name!);

        stage.Sandbox.Apply($"node-gone={node.Metadata.Name}").ShouldBeEmpty();

        await stage.UntilAsync(async () => (await stage.AllAsync(ResourceTypes.NodeRecycles)).Any(static recycle => recycle.Status?.Phase == nameof(RecyclePhase.Succeeded)), "nothing was replaced");
        NodeRecycle done = (await stage.AllAsync(ResourceTypes.NodeRecycles)).Single();
        done.Spec!.NodeName.ShouldBe(node.Metadata.Name);
        done.Spec.Reasons.ShouldBe(["Unhealthy"]);
        (await stage.AllAsync(ResourceTypes.Nodes)).ShouldNotContain(found => found.Metadata.Uid == node.Metadata.Uid);
    }
}
