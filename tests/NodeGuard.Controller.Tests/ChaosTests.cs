using NodeGuard.Core.Draining;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Units;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Controllers that die and are cut off while a fleet rolls.</summary>
public sealed class ChaosTests
{
    private const int Nodes = 24;
    private const int Replicas = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly PoolSpec Pool = new()
    {
        Name = "workers",
        Count = Nodes,
        Agents = true,
        Boot = TimeSpan.FromSeconds(60),
        Ready = TimeSpan.FromSeconds(10),
        Labels = new Dictionary<string, string> { ["pool"] = "workers" },
    };

    [Fact]
    [Trait("Invariant", "5")]
    [Trait("Invariant", "8")]
    [Trait("Invariant", "9")]
    public async Task Three_controllers_that_die_every_other_second_roll_the_fleet_within_its_budget()
    {
        await using FleetStage stage = await FleetStage.StartAsync(240, Pool);
        await stage.PolicyAsync("workers", static spec =>
        {
            spec.NodeSelector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["pool"] = "workers" } };
            spec.MaxAge = "3h";
            spec.AgeJitter = "99%";
            spec.Budget = new() { MaxUnavailable = new IntOrString(3) };
        });
        var watch = new FleetWatch(stage, "workers", Nodes, CountOrPercent.Of(3));
        await watch.LookAsync();
        var living = new Queue<StageController>();
        for (int i = 0; i < Replicas; i++)
            living.Enqueue(stage.StartController());

        DateTime deadline = DateTime.UtcNow + Patience;
        DateTime next = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        int deaths = 0;
        while (true)
        {
            PoolLook look = await watch.LookAsync();
            look.Unavailable.ShouldBeLessThanOrEqualTo(watch.Allowed, stage.Log.ToString());
            if (look.FirstGeneration == 0)
                break;
            DateTime.UtcNow.ShouldBeLessThan(deadline, $"{look}\n{stage.Log}");
            if (DateTime.UtcNow < next)
                continue;
            // Every other one dies; the ones between are cut off, and find out by themselves.
            StageController victim = living.Dequeue();
            if (deaths++ % 2 == 0)
                victim.CutOff();
            else
                await victim.StopAsync();
            living.Enqueue(stage.StartController());
            next = DateTime.UtcNow + TimeSpan.FromSeconds(2);
        }

        deaths.ShouldBeGreaterThan(1);
        await stage.UntilNoSlotAsync();
        foreach (Node node in await stage.AllAsync(ResourceTypes.Nodes))
        {
            (node.Metadata.Annotations ?? []).ShouldNotContainKey(DrainKeys.CordonedBy);
            (node.Spec?.Taints ?? []).ShouldNotContain(static taint => taint.Key == FleetKeys.RecycleTaint);
        }
    }
}
