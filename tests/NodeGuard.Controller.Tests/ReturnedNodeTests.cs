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

/// <summary>
/// A node that is away costs nothing of what may be: its slot is no room for it. The leader that gave the slot died, and when
/// the next one comes the node is back.
/// </summary>
[Trait("Invariant", "5")]
public sealed class ReturnedNodeTests
{
    private static readonly PoolSpec Pool = new() { Name = "workers", Count = 3, Boot = TimeSpan.FromSeconds(30), Ready = TimeSpan.FromSeconds(5) };

    [Theory]
    [InlineData(null)]
    [InlineData(nameof(RecyclePhase.Cordoned))]
    public async Task It_waits_for_room_like_any_other(string? phase)
    {
        await using FleetStage stage = await FleetStage.StartAsync(120, Pool);
        await stage.PolicyAsync("workers", static spec => spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(1) });
        IReadOnlyList<Node> nodes = await stage.AllAsync(ResourceTypes.Nodes);
        await PatchAsync(stage, ResourceTypes.Nodes, nodes[1], """{"spec":{"unschedulable":true}}""");
        NodeRecycle asked = await AdmittedAsync(stage, nodes[0], phase);

        stage.StartController();
        NodeRecycle waits = await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message?.Contains("budget is used", StringComparison.Ordinal) == true);

        (waits.Status!.Phase ?? nameof(RecyclePhase.Pending)).ShouldBe(nameof(RecyclePhase.Pending));
        await stage.UntilNoSlotAsync();
        (await stage.GetAsync(ResourceTypes.Nodes, nodes[0].Metadata.Name!)).Spec?.Unschedulable.ShouldNotBe(true);
        await PatchAsync(stage, ResourceTypes.Nodes, nodes[1], """{"spec":{"unschedulable":null}}""");
        await stage.UntilPhaseAsync(asked.Metadata.Name!, RecyclePhase.Succeeded);
    }

    /// <summary>As a leader leaves it that dies right after it has admitted a node that was not Ready, or has written that it is next.</summary>
    private static async Task<NodeRecycle> AdmittedAsync(FleetStage stage, Node node, string? phase)
    {
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        if (phase is not null)
        {
            asked.Status = new NodeRecycleStatus
            {
                Phase = phase,
                PhaseSince = stage.Clock.GetUtcNow(),
                Attempts = 1,
                Node = new RecycledNode { Uid = node.Metadata.Uid, Policy = "workers" },
                Replacement = new ReplacementStatus { Method = nameof(ReplacementMethod.DeleteNode) },
            };
            asked = FleetStage.Value(await stage.Api.ReplaceAsync(ResourceTypes.NodeRecycles, asked, "status", WriteOptions.Default, default));
        }

        var fleet = new FleetObject { Metadata = new ObjectMeta { Name = FleetKeys.FleetName }, Spec = new FleetSpec() };
        fleet = FleetStage.Value(await stage.Api.CreateAsync(ResourceTypes.Fleets, fleet, WriteOptions.Default, default));
        fleet.Status = new FleetStatus
        {
            Slots =
            [
                new FleetSlot
                {
                    Recycle = asked.Metadata.Name,
                    RecycleUid = asked.Metadata.Uid,
                    Node = node.Metadata.Name,
                    NodeUid = node.Metadata.Uid,
                    Policy = "workers",
                    WasUnavailable = true,
                    Attempt = 1,
                    Since = stage.Clock.GetUtcNow(),
                },
            ],
        };
        FleetStage.Value(await stage.Api.ReplaceAsync(ResourceTypes.Fleets, fleet, "status", WriteOptions.Default, default));
        return asked;
    }

    private static async Task PatchAsync<T>(FleetStage stage, ResourceType<T> type, T target, string patch)
        where T : KubeObject =>
        FleetStage.Value(await stage.Api.PatchAsync(
            type, new ObjectName(string.Empty, target.Metadata.Name!), new Patch(PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(patch)), subresource: null, WriteOptions.Default, default));
}
