using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>
/// The failing sides of every method, each against its provider's simulator: how the recycle ends, what a person reads, what is
/// left on the node, who keeps a slot (ADR 12), and whether the policy freezes (Invariants 5, 7 and 9).
/// </summary>
public sealed class MethodFailureTests
{
    private const string GroupMakesNone = "no node came in the place of workers-0001 in time";

    /// <summary>Method, fault of the pool, and a part of the message.</summary>
    public static TheoryData<ReplacementMethod, string, string> MachineIsLost => new()
    {
        { ReplacementMethod.DeleteNode, "never-comes", GroupMakesNone },
        { ReplacementMethod.ClusterApi, "never-comes", GroupMakesNone },
        { ReplacementMethod.Karpenter, "never-comes", GroupMakesNone },
        { ReplacementMethod.DeleteResource, "never-comes", GroupMakesNone },
        { ReplacementMethod.Webhook, "never-comes", GroupMakesNone },
        { ReplacementMethod.DeleteNode, "wrong-image=debian-11", "runs image debian-11, wanted is debian-12.1" },
        { ReplacementMethod.ClusterApi, "wrong-image=debian-11", "runs image debian-11, wanted is debian-12.1" },
        { ReplacementMethod.Karpenter, "wrong-image=debian-11", "runs image debian-11, wanted is debian-12.1" },
        { ReplacementMethod.DeleteResource, "wrong-image=debian-11", "runs image debian-11, wanted is debian-12.1" },
        { ReplacementMethod.Webhook, "wrong-image=debian-11", "runs image debian-11, wanted is debian-12.1" },
        { ReplacementMethod.ClusterApi, "stuck-finalizer", "is being deleted, and waits for its finalizers: machine.cluster.x-k8s.io" },
        { ReplacementMethod.DeleteResource, "stuck-finalizer", "is being deleted, and waits for its finalizers: finalizer.managedresource.crossplane.io" },
    };

    /// <summary>Method, fault of the pool, and a part of the message.</summary>
    public static TheoryData<ReplacementMethod, string, string> MachineIsKept => new()
    {
        { ReplacementMethod.DeleteNode, "refuse-delete=403", "Node workers-0001 was not deleted: " },
        { ReplacementMethod.ClusterApi, "refuse-delete=403", "was not deleted: " },
        { ReplacementMethod.Karpenter, "refuse-delete=403", "was not deleted: " },
        { ReplacementMethod.DeleteResource, "refuse-delete=403", "was not deleted: " },
        { ReplacementMethod.DeleteNode, "refuse-delete=409", "node workers-0001 is still there: Node workers-0001 was not deleted, which is tried again: " },
        { ReplacementMethod.ClusterApi, "refuse-delete=409", "was not deleted, which is tried again: " },
        { ReplacementMethod.Karpenter, "refuse-delete=409", "was not deleted, which is tried again: " },
        { ReplacementMethod.DeleteResource, "refuse-delete=409", "was not deleted, which is tried again: " },
        { ReplacementMethod.DeleteNode, "refuse-delete=422", "was not deleted: " },
        { ReplacementMethod.ClusterApi, "refuse-delete=422", "was not deleted: " },
        { ReplacementMethod.Karpenter, "refuse-delete=422", "was not deleted: " },
        { ReplacementMethod.DeleteResource, "refuse-delete=422", "was not deleted: " },
        { ReplacementMethod.Webhook, "refuse-delete", "does not allow it (403): the provider refuses it" },
        { ReplacementMethod.Webhook, "operation-fails", "has failed: the provider has given up" },
        { ReplacementMethod.Webhook, "webhook-wrong-signature", "does not allow it (401): the signature does not match" },
        { ReplacementMethod.Webhook, "webhook-down", "node workers-0001 is still there: the provider at 127.0.0.1:" },
        { ReplacementMethod.Webhook, "webhook-500", "answered 500: the provider is broken" },
        { ReplacementMethod.Reboot, "reboot-never-ends", "node workers-0001 is still there: the agent: " },
    };

    [Theory]
    [MemberData(nameof(MachineIsLost))]
    public async Task A_machine_that_is_missing_keeps_its_slot_until_a_person_lifts_the_freeze(ReplacementMethod method, string fault, string message)
    {
        await using FleetStage stage = await StartAsync(method, fault);
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain(message);
        (await stage.Api.GetAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, node.Metadata.Name!), default))
            .ShouldBeOfType<ApiResult<Node>.Failed>().Failure.Kind.ShouldBe(ApiFailureKind.NotFound);
        await ShouldBeFrozenAsync(stage, done);
        (await SlotsAsync(stage)).ShouldBe([done.Metadata.Uid]);

        // Others of the policy may start now; this one is looked at by a person.
        await stage.ResumeAsync("workers");
        await stage.UntilAsync(
            ResourceTypes.Fleets, FleetKeys.FleetName, fleet => fleet.Status?.Slots?.Exists(slot => slot.RecycleUid == done.Metadata.Uid) != true);
    }

    [Theory]
    [MemberData(nameof(MachineIsKept))]
    public async Task A_machine_that_stays_is_given_back_with_its_slot(ReplacementMethod method, string fault, string message)
    {
        await using FleetStage stage = await StartAsync(method, fault);
        Node node = await stage.FirstAsync();
        await stage.UntilAgentAsync(node.Metadata.Name!);

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain(message);
        await stage.ShouldBeGivenBackAsync(node);
        await ShouldBeFrozenAsync(stage, done);
        await stage.UntilNoSlotAsync();
    }

    [Fact]
    public async Task A_Node_that_a_finalizer_holds_is_told_with_the_finalizer()
    {
        await using FleetStage stage = await StartAsync(ReplacementMethod.DeleteNode, "");
        Node node = await stage.FirstAsync();
        await stage.FinalizersAsync(node, "example.org/held");

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain("node workers-0001 is still there: Node workers-0001 is being deleted, and waits for its finalizers: example.org/held");
        await stage.ShouldBeGivenBackAsync(node);
        await ShouldBeFrozenAsync(stage, done);
        await stage.FinalizersAsync(node);
    }

    /// <summary>Karpenter makes the next claim when the old one's deletion begins: what holds the old claim hurts no node.</summary>
    [Fact]
    public async Task A_NodeClaim_that_a_finalizer_holds_does_not_keep_its_successor_away()
    {
        await using FleetStage stage = await StartAsync(ReplacementMethod.Karpenter, "stuck-finalizer");
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        await stage.UntilNoSlotAsync();
    }

    [Theory]
    [InlineData(ReplacementMethod.DeleteNode)]
    [InlineData(ReplacementMethod.ClusterApi)]
    [InlineData(ReplacementMethod.Karpenter)]
    [InlineData(ReplacementMethod.DeleteResource)]
    [InlineData(ReplacementMethod.Webhook)]
    public async Task A_node_that_comes_with_the_same_name_is_the_successor(ReplacementMethod method)
    {
        await using FleetStage stage = await MethodStage.StartAsync(method, static pool => pool with { SameName = true });
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        done.Status.Replacement!.Successor!.Name.ShouldBe(node.Metadata.Name);
        done.Status.Replacement.Successor.Uid.ShouldNotBe(node.Metadata.Uid);
        await stage.UntilNoSlotAsync();
        Node after = await stage.GetAsync(ResourceTypes.Nodes, node.Metadata.Name!);
        await stage.ShouldBeGivenBackAsync(after);
    }

    private static async Task<FleetStage> StartAsync(ReplacementMethod method, string fault)
    {
        FleetStage stage = await MethodStage.StartAsync(method, policy: spec =>
        {
            if (method != ReplacementMethod.Reboot)
                spec.Image = new ImagePolicy { Version = "debian-12.1" };
            spec.Replacement!.Timeout = "10m";
            spec.Health = new PolicyHealth { Timeout = "10m" };
            spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(1) };
        });
        if (fault.Length > 0)
            stage.Sandbox.Apply($"pool-faults=workers/{fault}").ShouldBeEmpty();
        return stage;
    }

    private static async Task ShouldBeFrozenAsync(FleetStage stage, NodeRecycle failed)
    {
        NodePolicy frozen = await stage.UntilFrozenAsync("workers");
        frozen.Status!.Freeze!.Evidence!.ShouldContain(line => line.Contains(failed.Metadata.Name!, StringComparison.Ordinal));
    }

    private static async Task<List<string?>> SlotsAsync(FleetStage stage) =>
        [.. (await stage.AllAsync(ResourceTypes.Fleets)).SelectMany(static fleet => fleet.Status?.Slots ?? []).Select(static slot => slot.RecycleUid)];
}
