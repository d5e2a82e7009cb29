using System.Globalization;
using System.Text;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>What an agent told before its machine started again says nothing of the boot that runs. The test is agent and kubelet.</summary>
public sealed class EarlierBootTests
{
    private const double Speed = 60;
    private const string NewBoot = "another-boot";

    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 1 };

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_rebooted_node_is_not_well_by_what_its_agent_told_before_the_reboot()
    {
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool);
        stage.StartController();
        Node node = await stage.FirstAsync();
        await TellAsync(stage, node, node.Status!.NodeInfo!.BootId!, rebootRequired: true);
        await stage.PolicyAsync("workers", WhereRequired);

        await stage.UntilAsync(ResourceTypes.GuardedNodes, node.Metadata.Name!, static guarded => guarded.Spec?.Operation?.Kind == "Reboot");
        await BootAsync(stage, node);
        NodeRecycle waits = await stage.UntilAsync(
            await OnlyAsync(stage),
            static seen => seen.Status is { Phase: nameof(RecyclePhase.Succeeded) or nameof(RecyclePhase.Failed) }
                || seen.Status?.Message?.Contains("routes", StringComparison.Ordinal) == true);
        waits.Status!.Phase.ShouldBe(nameof(RecyclePhase.Verifying));
        waits.Status.Message.ShouldBe($"waits for the agent of node {node.Metadata.Name} to tell whether its routes are intact");

        await TellAsync(stage, node, NewBoot, rebootRequired: false);

        NodeRecycle done = await stage.EndedAsync(waits);
        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        (await stage.AllAsync(ResourceTypes.NodeRecycles)).ShouldHaveSingleItem();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_reboot_that_an_earlier_boot_asked_for_is_not_asked_for_now()
    {
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool);
        stage.StartController();
        Node node = await stage.FirstAsync();
        await TellAsync(stage, node, node.Status!.NodeInfo!.BootId!, rebootRequired: true);
        await UntilRoutesAsync(stage, node, "True");

        await BootAsync(stage, node);
        await UntilRoutesAsync(stage, node, "Unknown");
        await stage.PolicyAsync("workers", WhereRequired);

        await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static policy => policy.Status?.Nodes == 1);
        (await stage.AllAsync(ResourceTypes.NodeRecycles)).ShouldBeEmpty();

        await TellAsync(stage, node, NewBoot, rebootRequired: true);
        await UntilRoutesAsync(stage, node, "True");
        NodeRecycle asked = await stage.UntilAsync(await OnlyAsync(stage), static recycle => recycle.Status?.StartedAt is not null);
        asked.Spec!.Reasons.ShouldBe([nameof(RecycleReason.Reboot)]);
    }

    private static void WhereRequired(NodePolicySpec spec)
    {
        spec.Updates = new UpdatePolicy { Reboot = "IfRequired" };
        spec.Health = new PolicyHealth { MinReady = "1s" };
    }

    /// <summary>Waits for the one recycle that there is.</summary>
    private static async Task<string> OnlyAsync(FleetStage stage)
    {
        await stage.UntilAsync(async () => (await stage.AllAsync(ResourceTypes.NodeRecycles)).Count > 0, "nobody has asked for the node");
        return (await stage.AllAsync(ResourceTypes.NodeRecycles)).ShouldHaveSingleItem().Metadata.Name!;
    }

    private static Task<Node> UntilRoutesAsync(FleetStage stage, Node node, string status) => stage.UntilAsync(
        ResourceTypes.Nodes, node.Metadata.Name!,
        seen => seen.Status?.Conditions?.Exists(condition => condition.Type == "NodeGuardRoutesIntact" && condition.Status == status) == true);

    /// <summary>As its agent does, once the controller has made the GuardedNode.</summary>
    private static async Task TellAsync(FleetStage stage, Node node, string boot, bool rebootRequired)
    {
        await stage.UntilAsync(
            async () => (await stage.AllAsync(ResourceTypes.GuardedNodes)).Any(guarded => guarded.Metadata.Name == node.Metadata.Name), "there is no GuardedNode");
        string now = stage.Clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await PatchAsync(stage, ResourceTypes.GuardedNodes, node, $$"""
            {"status":{"bootID":"{{boot}}","heartbeat":"{{now}}","routes":{"state":"Intact"},"rebootRequired":{{(rebootRequired ? "true" : "false")}} } }
            """);
    }

    /// <summary>As its kubelet does after a boot.</summary>
    private static Task BootAsync(FleetStage stage, Node node) =>
        PatchAsync(stage, ResourceTypes.Nodes, node, $$"""{"status":{"nodeInfo":{"bootID":"{{NewBoot}}"} } }""");

    private static async Task PatchAsync<T>(FleetStage stage, ResourceType<T> type, Node node, string body)
        where T : KubeObject => FleetStage.Value(await stage.Api.PatchAsync(
            type, new ObjectName(string.Empty, node.Metadata.Name!), new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(body)), "status", WriteOptions.Default, default));
}
