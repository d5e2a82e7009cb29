using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>What can be read on the Nodes themselves (design section 8).</summary>
public sealed class NodeConditionTests
{
    [Fact]
    public async Task A_node_says_what_is_done_to_it_and_that_it_is_over()
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.Reboot, policy: static spec => spec.Drain = new PolicyDrain { Timeout = "30m" });
        stage.Sandbox.Apply("pool-faults=workers/reboot-never-ends").ShouldBeEmpty();
        Node node = await stage.FirstAsync();
        await stage.UntilAgentAsync(node.Metadata.Name!);
        Condition routes = await UntilAsync(stage, node, "NodeGuardRoutesIntact", "True");
        routes.Reason.ShouldBe("Intact");
        (await UntilAsync(stage, node, "Ready", "True")).Reason.ShouldBe("KubeletReady", "what the kubelet writes stays its own");
        (await stage.GetAsync(ResourceTypes.Nodes, node.Metadata.Name!)).Status!.Conditions!.ShouldNotContain(static condition => condition.Type == "Drained");

        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        Condition inProgress = await UntilAsync(stage, node, "MaintenanceInProgress", "True");
        inProgress.Message.ShouldBe($"NodeRecycle {asked.Metadata.Name}");
        inProgress.LastTransitionTime.ShouldNotBeNull();
        await UntilAsync(stage, node, "Drained", "True");
        await stage.EndedAsync(asked);

        await UntilAsync(stage, node, "MaintenanceInProgress", "False");
        await UntilAsync(stage, node, "Drained", "False");
    }

    [Fact]
    public async Task A_node_whose_agent_misses_routes_says_so()
    {
        await using FleetStage stage = await MethodStage.StartAsync(ReplacementMethod.DeleteNode);
        Node node = await stage.FirstAsync();
        await UntilAsync(stage, node, "NodeGuardRoutesIntact", "True");

        stage.Sandbox.Apply("pool-faults=workers/routes-lost").ShouldBeEmpty();

        (await UntilAsync(stage, node, "NodeGuardRoutesIntact", "False")).Reason.ShouldBe("Lost");
    }

    private static async Task<Condition> UntilAsync(FleetStage stage, Node node, string type, string status)
    {
        Node seen = await stage.UntilAsync(
            ResourceTypes.Nodes, node.Metadata.Name!,
            found => found.Status?.Conditions?.Exists(condition => condition.Type == type && condition.Status == status) == true);
        return seen.Status!.Conditions!.Find(condition => condition.Type == type)!;
    }
}
