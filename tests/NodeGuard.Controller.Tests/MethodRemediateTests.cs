using System.Text;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>Cluster API's strategies: Remediate marks the Machine, and the MachineHealthCheck that selects it has it deleted.</summary>
public sealed class MethodRemediateTests
{
    private const string Mark = "cluster.x-k8s.io/remediate-machine";
    private const string NoDrain = "machine.cluster.x-k8s.io/exclude-node-draining";

    private static readonly ResourceType<UntypedObject> Checks =
        ResourceTypes.Untyped("cluster.x-k8s.io", "v1beta2", "machinehealthchecks", "MachineHealthCheck", namespaced: true);

    private static readonly ResourceType<UntypedObject> Machines =
        ResourceTypes.Untyped("cluster.x-k8s.io", "v1beta2", "machines", "Machine", namespaced: true);

    private static readonly ObjectName Check = new("default", "workers");

    [Fact]
    public async Task A_marked_machine_is_replaced_by_its_health_check()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Remediate));
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        done.Status.Replacement!.Successor!.Uid.ShouldNotBe(node.Metadata.Uid);
        await stage.UntilNoSlotAsync();
    }

    /// <summary>Invariant 9: what the check did not do in time must not be done later, when pods are on the node again.</summary>
    [Fact]
    public async Task A_mark_that_the_check_does_not_heed_is_taken_back()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Remediate), "5m");
        await PatchAsync(stage, Checks, Check, """{"spec":{"remediation":{"triggerIf":{"unhealthyLessThanOrEqualTo":0}}}}""");
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain("is marked for remediation; MachineHealthCheck workers has it deleted when it may (RemediationAllowed: 1 of 3 machines are unhealthy, the limit is 0)");
        await stage.ShouldBeGivenBackAsync(node);
        await ShouldCarryNoMarkAsync(stage, node);
        await stage.UntilFrozenAsync("workers");
        await stage.UntilNoSlotAsync();
    }

    [Fact]
    public async Task Without_a_health_check_nothing_is_drained()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Remediate));
        FleetStage.Value(await stage.Api.DeleteAsync(Checks, Check, new DeleteQuery(), default));
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        done.Status.Message!.ShouldContain("no MachineHealthCheck in namespace default selects Machine");
        done.Status.Drain.ShouldBeNull();
        await stage.ShouldBeGivenBackAsync(node);
    }

    [Fact]
    public async Task A_machine_that_nobody_would_make_again_is_left_alone()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Delete));
        Node node = await stage.FirstAsync();
        await PatchAsync(stage, Machines, MachineOf(node), """{"metadata":{"ownerReferences":null}}""");

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        done.Status.Message!.ShouldContain("belongs to no MachineSet or control plane");
        await stage.ShouldBeGivenBackAsync(node);
    }

    [Fact]
    public async Task After_a_refused_deletion_the_machine_is_drained_by_Cluster_API_again()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Delete));
        stage.Sandbox.Apply("pool-faults=workers/refuse-delete=403").ShouldBeEmpty();
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed));
        await ShouldCarryNoMarkAsync(stage, node);
    }

    private static Task<FleetStage> StartAsync(string strategy, string timeout = "30m") => MethodStage.StartAsync(
        ReplacementMethod.ClusterApi,
        policy: spec =>
        {
            spec.Replacement!.Timeout = timeout;
            spec.Replacement.ClusterApi = new ClusterApiReplacement { Strategy = strategy };
        });

    private static ObjectName MachineOf(Node node) => new("default", node.Metadata.Annotations!["cluster.x-k8s.io/machine"]);

    private static async Task ShouldCarryNoMarkAsync(FleetStage stage, Node node)
    {
        UntypedObject machine = FleetStage.Value(await stage.Api.GetAsync(Machines, MachineOf(node), default));
        (machine.Metadata.Annotations ?? []).ShouldNotContainKey(Mark);
        (machine.Metadata.Annotations ?? []).ShouldNotContainKey(NoDrain);
    }

    private static async Task PatchAsync(FleetStage stage, ResourceType<UntypedObject> type, ObjectName place, string patch) => FleetStage.Value(
        await stage.Api.PatchAsync(type, place, new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(patch)), subresource: null, WriteOptions.Default, default));
}
