using System.Text;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Freezes;
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

/// <summary>Node after node is flushed, each by the update that the fleet itself has asked for.</summary>
public sealed class FlushInUpdateTests
{
    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 3,
        Agents = true,
        Heartbeat = TimeSpan.FromMinutes(1),
        Packages = ["systemd:amd64=1"],
    };

    [Fact]
    public async Task It_freezes_the_fleet_unless_the_policy_proceeds_in_spite_of_the_hazard()
    {
        await using FleetStage stage = await FleetStage.StartAsync(240, Pool);
        stage.StartController();
        await stage.PolicyAsync("all", static spec =>
        {
            spec.Updates = new UpdatePolicy { Mode = nameof(UpdateMode.Coordinated), OnHazard = nameof(HazardResponse.Proceed) };
            spec.Health = new PolicyHealth { MinReady = "10s" };
        });
        await stage.UntilAgentAsync((await stage.AllAsync(ResourceTypes.Nodes))[0].Metadata.Name!);
        await PatchAsync(stage, ResourceTypes.Fleets, FleetKeys.FleetName, null, """{"spec":{"freeze":{"within":"24h"}}}""");
        stage.Sandbox.Apply("pool-packages=workers/systemd:amd64=2").ShouldBeEmpty();
        await stage.UntilAsync(async () => (await UpdatesAsync(stage)).Length == Pool.Count, "not all nodes were updated");

        foreach (NodeRecycle update in await UpdatesAsync(stage))
        {
            string last = $$"""{"id":"one","startedAt":"{{update.Status!.Replacement!.RequestedAt!.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}","cause":"restart of systemd-networkd.service"}""";
            await PatchAsync(stage, ResourceTypes.GuardedNodes, update.Spec!.NodeName!, "status", "{\"status\":{\"episodes\":{\"total\":1,\"last\":" + last + "}}}");
        }

        // A look that has seen what is written now has seen the episodes, too.
        await stage.ChangePolicyAsync("all", """{"spec":{"budget":{"maxUnavailable":2}}}""");
        await stage.UntilAsync(ResourceTypes.NodePolicies, "all", static seen => seen.Status?.ObservedGeneration == seen.Metadata.Generation);
        (await stage.GetAsync(ResourceTypes.Fleets, FleetKeys.FleetName)).Status!.Freeze.ShouldBeNull();

        await stage.ChangePolicyAsync("all", """{"spec":{"updates":{"onHazard":"Wait"}}}""");
        FleetObject fleet = await stage.UntilAsync(ResourceTypes.Fleets, FleetKeys.FleetName, static seen => seen.Status?.Freeze is not null);
        fleet.Status!.Freeze!.Cause.ShouldBe(FreezeRules.SameCause);
    }

    private static async Task<NodeRecycle[]> UpdatesAsync(FleetStage stage) =>
        [.. (await stage.AllAsync(ResourceTypes.NodeRecycles)).Where(static recycle => recycle.Status?.Phase == nameof(RecyclePhase.Succeeded))];

    private static async Task PatchAsync<T>(FleetStage stage, ResourceType<T> type, string name, string? subresource, string body)
        where T : KubeObject =>
        FleetStage.Value(await stage.Api.PatchAsync(type, new ObjectName(string.Empty, name), new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(body)), subresource, WriteOptions.Default, default));
}
