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

/// <summary>A package manager that broke off is repaired where the policy says so, and before anything is installed.</summary>
public sealed class RepairTests
{
    private const string Systemd = "systemd:amd64";

    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = 1,
        Agents = true,
        Boot = TimeSpan.FromSeconds(30),
        Ready = TimeSpan.FromSeconds(5),
        Heartbeat = TimeSpan.FromMinutes(1),
        Packages = [$"{Systemd}=1"],
    };

    [Fact]
    public async Task A_repair_is_a_recycle_of_its_own_and_what_is_pending_comes_after_it()
    {
        await using FleetStage stage = await StartAsync(RepairPolicy.Interrupted);

        await stage.UntilAsync(async () => (await EndedAsync(stage)).Length == 2, "the node was not repaired and updated");

        NodeRecycle[] recycles = await EndedAsync(stage);
        recycles.ShouldAllBe(static recycle => recycle.Status!.Phase == nameof(RecyclePhase.Succeeded));
        (recycles[0].Spec!.Message, recycles[0].Spec!.Updates, recycles[0].Status!.Replacement!.Repair, recycles[0].Status!.Replacement!.Updates)
            .ShouldBe(("its package manager broke off, and is repaired before anything is installed", null, true, null));
        (recycles[1].Status!.Replacement!.Repair, recycles[1].Status!.Replacement!.Updates!.Single().Version).ShouldBe((null, "2"));
        GuardedNode guarded = await stage.GetAsync(ResourceTypes.GuardedNodes, (await stage.FirstAsync()).Metadata.Name!);
        guarded.Spec!.Operation!.Repair.ShouldBeNull("the next operation has nothing of the one before");
    }

    [Fact]
    public async Task Without_the_policy_s_word_nothing_is_done_and_a_person_is_told_how()
    {
        await using FleetStage stage = await StartAsync(RepairPolicy.Never);
        string node = (await stage.FirstAsync()).Metadata.Name!;
        await stage.UntilAsync(ResourceTypes.GuardedNodes, node, static guarded => guarded.Status?.Updates?.Interrupted == true);

        NodeRecycle asked = await stage.EndedAsync(await stage.RequestAsync(node, static spec => spec.Method = nameof(ReplacementMethod.Update)));

        asked.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        asked.Status.Message!.ShouldBe($"the package manager of node {node} broke off: repair it there (dpkg --configure -a), or say updates.repair: Interrupted");
        (await stage.AllAsync(ResourceTypes.NodeRecycles)).Count.ShouldBe(1);
        (await stage.GetAsync(ResourceTypes.GuardedNodes, node)).Spec?.Operation.ShouldBeNull();
    }

    private static async Task<NodeRecycle[]> EndedAsync(FleetStage stage) =>
        [.. (await stage.AllAsync(ResourceTypes.NodeRecycles)).Where(static recycle => recycle.Status?.FinishedAt is not null).OrderBy(static recycle => recycle.Status!.StartedAt)];

    private static async Task<FleetStage> StartAsync(RepairPolicy repair)
    {
        FleetStage stage = await FleetStage.StartAsync(240, Pool);
        stage.Sandbox.Apply("pool-faults=workers/dpkg-interrupted").ShouldBeEmpty();
        stage.StartController();
        await stage.PolicyAsync("workers", spec =>
        {
            spec.Updates = new UpdatePolicy { Mode = nameof(UpdateMode.Coordinated), Repair = repair.ToString() };
            spec.Health = new PolicyHealth { MinReady = "10s", MaxUnhealthy = new IntOrString("100%") };
        });
        await stage.UntilAgentAsync((await stage.FirstAsync()).Metadata.Name!);
        stage.Sandbox.Apply($"pool-packages=workers/{Systemd}=2").ShouldBeEmpty();
        return stage;
    }
}
