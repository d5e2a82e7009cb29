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

/// <summary>Packages reach nodes one after another, in the versions that the first of them have proved.</summary>
public sealed class CoordinatedUpdateTests
{
    private const double Speed = 240;
    private const string Systemd = "systemd:amd64";

    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 5,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
        Heartbeat = TimeSpan.FromMinutes(1),
        Packages = [$"{Systemd}=1", "linux-image-6.1-amd64:amd64=1"],
    };

    [Fact]
    public async Task A_version_goes_to_the_canary_first_and_to_the_rest_when_it_has_soaked()
    {
        await using FleetStage stage = await StartAsync(static spec => spec.Waves = [new PolicyWave { Name = "canary", Size = new IntOrString(1), Soak = "20m" }, new PolicyWave { Name = "rest" }]);
        Node[] before = [.. await stage.AllAsync(ResourceTypes.Nodes)];
        stage.Sandbox.Apply($"pool-packages=workers/{Systemd}=2").ShouldBeEmpty();

        await stage.UntilAsync(async () => (await SucceededAsync(stage)).Length == 5, "not all nodes were updated");

        NodeRecycle[] updates = [.. (await SucceededAsync(stage)).OrderBy(static recycle => recycle.Status!.StartedAt)];
        updates.ShouldAllBe(static recycle => recycle.Spec!.Reasons!.Single() == nameof(RecycleReason.Update) && recycle.Status!.Replacement!.Method == nameof(ReplacementMethod.Update));
        updates.ShouldAllBe(static recycle => recycle.Status!.Replacement!.Updates!.Single().Name == Systemd && recycle.Status.Replacement.Updates!.Single().Version == "2");
        (updates[1].Status!.StartedAt - updates[0].Status!.FinishedAt)!.Value.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(20));
        // One node at a time, and none of them another machine or another boot.
        for (int i = 1; i < updates.Length; i++)
            updates[i].Status!.StartedAt!.Value.ShouldBeGreaterThanOrEqualTo(updates[i - 1].Status!.FinishedAt!.Value);
        Node[] after = [.. await stage.AllAsync(ResourceTypes.Nodes)];
        after.Select(static node => (node.Metadata.Uid, node.Status!.NodeInfo!.BootId)).Order().ShouldBe(before.Select(static node => (node.Metadata.Uid, node.Status!.NodeInfo!.BootId)).Order());
        foreach (Node node in after)
            await stage.ShouldBeGivenBackAsync(node);
    }

    [Fact]
    public async Task A_package_that_breaks_nodes_stops_at_the_canary_by_name_and_version_for_every_policy()
    {
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool, Pool with { Name = "others", Count = 2 });
        stage.Sandbox.Apply($"pool-faults=workers/package-breaks={Systemd}=2").ShouldBeEmpty();
        stage.StartController();
        await PolicyAsync(stage, "workers", static spec => spec.Waves = [new PolicyWave { Name = "canary", Size = new IntOrString(1), Soak = "1m" }, new PolicyWave { Name = "rest" }]);
        await stage.UntilAgentAsync((await stage.FirstAsync()).Metadata.Name!);
        stage.Sandbox.Apply($"pool-packages=workers/{Systemd}=2").ShouldBeEmpty();

        NodePolicy frozen = await stage.UntilFrozenAsync("workers");

        frozen.Status!.Freeze!.Cause.ShouldBe(FreezeRules.FailedRecycles);
        frozen.Status.Freeze.Message!.ShouldContain($"the default route is gone (simulated) (updated: {Systemd} 2)");
        await PolicyAsync(stage, "others", static _ => { });
        stage.Sandbox.Apply($"pool-packages=others/{Systemd}=2").ShouldBeEmpty();
        await stage.UntilAsync(
            async () => (await stage.AllAsync(ResourceTypes.GuardedNodes)).Any(static guarded => guarded.Status?.Updates?.Pending == 1 && guarded.Metadata.Name!.StartsWith("others", StringComparison.Ordinal)),
            "the other pool has nothing pending");
        string other = (await stage.AllAsync(ResourceTypes.Nodes)).First(static node => node.Metadata.Name!.StartsWith("others", StringComparison.Ordinal)).Metadata.Name!;
        NodeRecycle byHand = await stage.EndedAsync(await stage.RequestAsync(other, static spec => spec.Method = nameof(ReplacementMethod.Update)));
        byHand.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        byHand.Status.Message!.ShouldContain($"{Systemd} 2 is not installed: NodeRecycle");
        (await stage.AllAsync(ResourceTypes.NodeRecycles)).Count(static recycle => recycle.Status?.Replacement?.RequestedAt is not null).ShouldBe(1);

        // Somebody has looked, and mended what broke with it.
        stage.Sandbox.Apply("pool-faults=workers/").ShouldBeEmpty();
        await stage.ResumeAsync("workers");
        await stage.UntilAsync(async () => (await SucceededAsync(stage)).Length == 6, "not all other nodes of both policies were updated");
    }

    /// <summary>Recycles that ended long ago are deleted, the oldest first.</summary>
    [Fact]
    public async Task A_node_is_updated_again_when_the_oldest_of_its_recycles_is_gone()
    {
        await using FleetStage stage = await StartAsync(static _ => { }, static pool => pool with { Count = 1 });
        await UpdateAsync("2");
        NodeRecycle oldest = (await SucceededAsync(stage)).Single();
        await UpdateAsync("3");
        FleetStage.Value(await stage.Api.DeleteAsync(ResourceTypes.NodeRecycles, new ObjectName("", oldest.Metadata.Name!), new DeleteQuery(), default));

        await UpdateAsync("4");

        async Task UpdateAsync(string version)
        {
            stage.Sandbox.Apply($"pool-packages=workers/{Systemd}={version}").ShouldBeEmpty();
            await stage.UntilAsync(
                async () => (await SucceededAsync(stage)).Any(recycle => recycle.Status!.Replacement!.Updates!.Exists(update => update.Version == version)),
                $"{version} did not come");
        }
    }

    [Theory]
    [Trait("Invariant", "6")]
    [InlineData(UpdateDrain.Always)]
    [InlineData(UpdateDrain.IfReboot)]
    public async Task A_reboot_that_an_update_leads_to_happens_on_a_drained_node(UpdateDrain drain)
    {
        await using FleetStage stage = await StartAsync(
            spec => (spec.Updates!.Drain, spec.Updates.Reboot) = (drain.ToString(), nameof(RebootPolicy.IfRequired)), static pool => pool with { Count = 1 });
        Node node = await stage.FirstAsync();
        stage.Sandbox.Apply("pool-packages=workers/linux-image-6.1-amd64:amd64=2").ShouldBeEmpty();

        await stage.UntilAsync(
            async () => (await stage.FirstAsync()).Status!.NodeInfo!.BootId != node.Status!.NodeInfo!.BootId && (await stage.AllAsync(ResourceTypes.NodeRecycles)).All(static recycle => recycle.Status?.FinishedAt is not null),
            "the node was not rebooted");

        NodeRecycle[] recycles = [.. (await stage.AllAsync(ResourceTypes.NodeRecycles)).OrderBy(static recycle => recycle.Status!.StartedAt)];
        recycles.ShouldAllBe(static recycle => recycle.Status!.Phase == nameof(RecyclePhase.Succeeded));
        // Drained for the update, one disruption does both; otherwise the reboot is one of its own, with its drain.
        recycles.Select(static recycle => recycle.Status!.Replacement!.Method).ShouldBe(drain == UpdateDrain.Always ? ["Update"] : ["Update", "Reboot"]);
        recycles.Select(IsDrained).ShouldBe(drain == UpdateDrain.Always ? [true] : [false, true]);
    }

    [Fact]
    public async Task An_update_that_changed_nothing_freezes_nobody()
    {
        await using FleetStage stage = await StartAsync(static _ => { }, static pool => pool with { Count = 1, Update = TimeSpan.FromHours(2) });
        stage.Sandbox.Apply($"pool-packages=workers/{Systemd}=2").ShouldBeEmpty();
        await stage.UntilAsync(async () => (await stage.AllAsync(ResourceTypes.NodeRecycles)).Any(static recycle => recycle.Status?.Replacement?.RequestedAt is not null), "no update was asked for");
        string name = (await stage.AllAsync(ResourceTypes.NodeRecycles)).Single().Metadata.Name!;
        // As the agent would where apt finds no archive.
        Node node = await stage.FirstAsync();
        GuardedNode guarded = await stage.UntilAsync(ResourceTypes.GuardedNodes, node.Metadata.Name!, static seen => seen.Status?.Operation?.State == "Running");
        string patch = $$"""{"status": {"operation": {"id": "{{guarded.Spec!.Operation!.Id}}", "state": "Failed", "message": "no archive", "changed": false} } }""";
        FleetStage.Value(await stage.Api.PatchAsync(
            ResourceTypes.GuardedNodes, new ObjectName(string.Empty, node.Metadata.Name!), new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(patch)), "status", WriteOptions.Default, default));

        NodeRecycle failed = await stage.UntilPhaseAsync(name, RecyclePhase.Failed);

        failed.Status!.Message.ShouldBe("the agent did not update the node: no archive");
        failed.Status.Replacement!.Updates.ShouldBeNull();
        (await stage.GetAsync(ResourceTypes.NodePolicies, "workers")).Status!.Freeze.ShouldBeNull();
    }

    [Fact]
    public async Task The_hold_follows_the_policy_and_stays_where_the_policy_cannot_be_read()
    {
        await using FleetStage stage = await StartAsync(static spec => spec.Updates!.Mode = nameof(UpdateMode.Hold));
        string node = (await stage.FirstAsync()).Metadata.Name!;
        await stage.UntilAsync(ResourceTypes.GuardedNodes, node, static seen => seen.Spec?.Hold == true);
        await stage.UntilAsync(ResourceTypes.GuardedNodes, node, static seen => seen.Status?.Updates?.Hold == "Held");

        // Two policies for one node keep it not at all, and let go of nothing.
        await stage.PolicyAsync("also", static _ => { });
        await stage.UntilAsync(ResourceTypes.NodePolicies, "workers", static seen => seen.Status?.Conditions?.Exists(static condition => condition is { Type: FleetConditions.Accepted, Status: "False" }) == true);
        (await stage.GetAsync(ResourceTypes.GuardedNodes, node)).Spec!.Hold.ShouldBe(true);
        await stage.Api.DeleteAsync(ResourceTypes.NodePolicies, new ObjectName(string.Empty, "also"), new DeleteQuery(), default);

        await stage.ChangePolicyAsync("workers", "{\"spec\":{\"updates\":{\"mode\":\"Off\"}}}");
        await stage.UntilAsync(ResourceTypes.GuardedNodes, node, static seen => seen.Spec?.Hold is null);
    }

    private static bool IsDrained(NodeRecycle recycle) =>
        recycle.Status!.Conditions!.Exists(static condition => condition is { Type: FleetConditions.Drained, Status: "True" });

    // The node is given back after the success is written; the finalizer goes with it.
    private static async Task<NodeRecycle[]> SucceededAsync(FleetStage stage) =>
        [.. (await stage.AllAsync(ResourceTypes.NodeRecycles)).Where(static recycle => recycle.Status?.Phase == nameof(RecyclePhase.Succeeded) && recycle.Metadata.Finalizers is null or [])];

    private static async Task<FleetStage> StartAsync(Action<NodePolicySpec> policy, Func<PoolSpec, PoolSpec>? pool = null)
    {
        FleetStage stage = await FleetStage.StartAsync(Speed, pool?.Invoke(Pool) ?? Pool);
        stage.StartController();
        await PolicyAsync(stage, "workers", policy);
        await stage.UntilAgentAsync((await stage.FirstAsync()).Metadata.Name!);
        return stage;
    }

    private static Task<NodePolicy> PolicyAsync(FleetStage stage, string pool, Action<NodePolicySpec> change) => stage.PolicyAsync(pool, spec =>
    {
        spec.NodeSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["sandbox.nodeguard.io/pool"] = pool } };
        spec.Updates = new UpdatePolicy { Mode = nameof(UpdateMode.Coordinated) };
        spec.Health = new PolicyHealth { MinReady = "10s", MaxUnhealthy = new IntOrString("100%") };
        change(spec);
    });
}
