using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Each method against a simulator that behaves as its provider does, and what happens where that fails.</summary>
public sealed class MethodTests
{
    private const double Speed = MethodStage.Speed;

    private static readonly PoolSpec Pool = MethodStage.Pool;

    [Theory]
    [InlineData(ReplacementMethod.DeleteNode)]
    [InlineData(ReplacementMethod.ClusterApi)]
    [InlineData(ReplacementMethod.Karpenter)]
    [InlineData(ReplacementMethod.DeleteResource)]
    [InlineData(ReplacementMethod.Webhook)]
    public async Task The_provider_makes_another_machine(ReplacementMethod method)
    {
        await using FleetStage stage = await MethodStage.StartAsync(method);
        Node node = await stage.FirstAsync();

        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        NodeRecycle done = await stage.EndedAsync(asked);

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        done.Status.Replacement!.Successor!.Uid.ShouldNotBe(node.Metadata.Uid);
        done.Status.Conditions!.Where(static condition => condition.Status == "True").Select(static condition => condition.Type)
            .ShouldBe(["Admitted", "Drained", "Replaced", "Verified"], ignoreOrder: true);
        await stage.UntilNoSlotAsync();
    }

    [Theory]
    [InlineData("never-ready", "not well in time")]
    [InlineData("routes-lost", "misses routes")]
    public async Task A_machine_that_is_not_what_was_wanted_fails_the_recycle_and_freezes_the_policy(string fault, string message)
    {
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool);
        await stage.PolicyAsync("workers", static spec =>
        {
            spec.Image = new ImagePolicy { Version = "debian-12.1" };
            spec.Replacement = new PolicyReplacement { Timeout = "10m" };
            spec.Health = new PolicyHealth { Timeout = "5m" };
        });
        stage.StartController();
        Node node = await stage.FirstAsync();
        stage.Sandbox.Apply($"pool-faults=workers/{fault}").ShouldBeEmpty();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        done.Status.Message!.ShouldContain(message);
        NodePolicy frozen = await stage.UntilFrozenAsync("workers");
        frozen.Status!.Freeze!.Evidence!.ShouldContain(line => line.Contains(done.Metadata.Name!, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ReplacementMethod.ClusterApi, "does not serve cluster.x-k8s.io")]
    [InlineData(ReplacementMethod.Karpenter, "does not serve karpenter.sh")]
    [InlineData(ReplacementMethod.Reboot, "no agent")]
    [InlineData(ReplacementMethod.Webhook, "needs a policy with spec.replacement.webhook")]
    public async Task What_is_missing_is_said_and_the_node_is_given_back(ReplacementMethod method, string message)
    {
        await using FleetStage stage = await FleetStage.StartAsync(Speed, Pool with { Agents = false });
        await stage.PolicyAsync("workers", static _ => { });
        stage.StartController();
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!, spec => spec.Method = method.ToString()));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        done.Status.Message!.ShouldContain(message);
        Node after = await stage.GetAsync(ResourceTypes.Nodes, node.Metadata.Name!);
        after.Metadata.Uid.ShouldBe(node.Metadata.Uid);
        (after.Spec?.Unschedulable ?? false).ShouldBeFalse();
    }
}
