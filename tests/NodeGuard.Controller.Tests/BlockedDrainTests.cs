using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>A drain that a budget blocks, while another pod takes its time to leave: somebody says no.</summary>
public sealed class BlockedDrainTests
{
    private const string Workloads = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: stays, namespace: default}
        spec:
          replicas: 1
          selector: {matchLabels: {app: stays}}
          template:
            metadata: {labels: {app: stays}}
            spec: {containers: [{name: one, image: "one:1"}]}
        ---
        apiVersion: policy/v1
        kind: PodDisruptionBudget
        metadata: {name: stays, namespace: default}
        spec: {maxUnavailable: 0, selector: {matchLabels: {app: stays}}}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: leaves, namespace: default}
        spec:
          replicas: 1
          selector: {matchLabels: {app: leaves}}
          template:
            metadata: {labels: {app: leaves}, annotations: {sandbox.nodeguard.io/stop-after: 24h}}
            spec: {terminationGracePeriodSeconds: 86400, containers: [{name: one, image: "one:1"}]}
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Invariant", "6")]
    [Trait("Invariant", "7")]
    public async Task An_uncordon_or_a_cancel_ends_it_and_moves_no_more_pods(bool uncordon)
    {
        string manifest = Path.GetTempFileName();
        await File.WriteAllTextAsync(manifest, Workloads);
        // Both pods are on the first node: it is the only one when they are placed.
        await using FleetStage stage = await FleetStage.StartAsync(120, [manifest], [new PoolSpec { Name = "workers", Count = 1, Agents = true }]);
        File.Delete(manifest);
        await stage.PolicyAsync("workers", static spec => spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString("100%") });
        await stage.UntilAsync(async () => (await stage.AllAsync(ResourceTypes.Pods)).Count(static pod => pod.Status?.Phase == "Running") == 2, "the pods do not run");
        stage.StartController();
        Node node = (await stage.AllAsync(ResourceTypes.Nodes)).Single();
        await stage.UntilAgentAsync(node.Metadata.Name!);
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Drain is { Blockers.Count: > 0 });
        await stage.UntilAsync(async () => (await PodAsync(stage, "leaves", static pod => pod.Metadata.DeletionTimestamp is not null)) is not null, "no pod leaves");

        if (uncordon)
            FleetStage.Value(await stage.Api.PatchAsync(ResourceTypes.Nodes, new ObjectName(string.Empty, node.Metadata.Name!), new Patch(PatchKind.Merge, """{"spec":{"unschedulable":null}}"""u8.ToArray()), subresource: null, WriteOptions.Default, default));
        else
            await stage.CancelAsync(asked.Metadata.Name!);

        NodeRecycle done = await stage.EndedAsync(asked);
        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Cancelled), stage.Log.ToString());
        done.Status.Message!.ShouldContain(uncordon ? $"somebody uncordoned node {node.Metadata.Name}" : "cancelled by spec.cancel");
        await stage.ShouldBeGivenBackAsync(node);
        await stage.UntilNoSlotAsync();
        await stage.UntilAsync(async () => (await PodAsync(stage, "leaves", static pod => pod.Metadata.DeletionTimestamp is null && pod.Status?.Phase == "Running")) is not null, "the pod that leaves has no successor");
        (await PodAsync(stage, "stays", static pod => pod.Metadata.DeletionTimestamp is null)).ShouldNotBeNull();
    }

    private static async Task<Pod?> PodAsync(FleetStage stage, string app, Func<Pod, bool> which) =>
        (await stage.AllAsync(ResourceTypes.Pods)).FirstOrDefault(pod => pod.Metadata.Labels?.GetValueOrDefault("app") == app && which(pod));
}
