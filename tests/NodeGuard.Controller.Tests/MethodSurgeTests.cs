using System.Text;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Testing.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests;

/// <summary>
/// The new machine first, with Cluster API: a MachineDeployment has one replica more in between, whatever happens it has as many as before
/// in the end, and no machine that was there before goes in place of the drained one (Invariants 6, 8 and 9).
/// </summary>
public sealed class MethodSurgeTests
{
    private const int Replicas = 3;

    private static readonly ResourceType<UntypedObject> Deployments =
        ResourceTypes.Untyped("cluster.x-k8s.io", "v1beta2", "machinedeployments", "MachineDeployment", namespaced: true);

    private static readonly ResourceType<UntypedObject> Machines =
        ResourceTypes.Untyped("cluster.x-k8s.io", "v1beta2", "machines", "Machine", namespaced: true);

    private static readonly ResourceType<UntypedObject> Sets =
        ResourceTypes.Untyped("cluster.x-k8s.io", "v1beta2", "machinesets", "MachineSet", namespaced: true);

    private static readonly ObjectName Deployment = new("default", "workers");

    [Theory]
    [InlineData(nameof(ClusterApiStrategy.Surge), false, null)]
    [InlineData(nameof(ClusterApiStrategy.Delete), true, null)]
    [InlineData(nameof(ClusterApiStrategy.Delete), false, true)]
    public async Task The_new_node_is_well_before_a_pod_leaves_the_old_one(string strategy, bool policyFirst, bool? asked)
    {
        await using FleetStage stage = await StartAsync(strategy, first: policyFirst);
        Node node = await stage.FirstAsync();

        NodeRecycle request = await stage.RequestAsync(node.Metadata.Name!, spec => spec.ReplacementFirst = asked);
        NodeRecycle draining = await stage.UntilAsync(request.Metadata.Name!, static seen => seen.Status?.StartedAt is not null && seen.Status.Phase is not nameof(RecyclePhase.Cordoned));
        NodeRecycle done = await stage.EndedAsync(request);

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), $"{done.Status.Message}\n{stage.Log}");
        draining.Status!.Replacement!.Successor!.Name.ShouldBe("workers-0004");
        done.Status.Replacement!.Successor!.Uid.ShouldBe(draining.Status.Replacement.Successor.Uid);
        stage.Log.ToString().ShouldContain("node workers-0004 has come first, and is well; node workers-0001 is drained");
        await ShouldBeAsBeforeAsync(stage);
        (await NamesAsync(stage)).ShouldBe(["workers-0002", "workers-0003", "workers-0004"]);
        await stage.UntilNoSlotAsync();
    }

    [Fact]
    public async Task Who_asks_without_it_gets_the_old_machine_taken_first()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge));
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!, static spec => spec.ReplacementFirst = false));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Succeeded), stage.Log.ToString());
        done.Status.Replacement!.SurgedAt.ShouldBeNull();
    }

    [Fact]
    public async Task Two_at_once_have_a_new_machine_each()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge), unavailable: 2);
        NodeRecycle one = await stage.RequestAsync("workers-0001");
        NodeRecycle other = await stage.RequestAsync("workers-0002");

        NodeRecycle[] done = [await stage.EndedAsync(one), await stage.EndedAsync(other)];

        done.ShouldAllBe(recycle => recycle.Status!.Phase == nameof(RecyclePhase.Succeeded), stage.Log.ToString());
        done.Select(static recycle => recycle.Status!.Replacement!.Successor!.Name).Order().ShouldBe(["workers-0004", "workers-0005"]);
        await ShouldBeAsBeforeAsync(stage);
        (await NamesAsync(stage)).ShouldBe(["workers-0003", "workers-0004", "workers-0005"]);
    }

    /// <summary>A bad image costs no pod its place, and stops its policy.</summary>
    [Theory]
    [InlineData("wrong-image=debian-11", "node workers-0004 runs image debian-11, wanted is debian-12.1")]
    [InlineData("never-comes", "what node workers-0001 waits for before its drain did not come in time: MachineDeployment default/workers has 4 replicas, one more than without this recycle")]
    [InlineData("never-ready", "what node workers-0001 waits for before its drain did not come in time: waits for node workers-0004 to be Ready")]
    public async Task A_new_machine_that_is_not_well_goes_again_and_no_pod_has_moved(string fault, string message)
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge), timeout: "5m");
        stage.Sandbox.Apply($"pool-faults=workers/{fault}").ShouldBeEmpty();
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain(message);
        done.Status.Drain.ShouldBeNull();
        await stage.ShouldBeGivenBackAsync(node);
        await ShouldBeAsBeforeAsync(stage);
        (await NamesAsync(stage)).ShouldBe(["workers-0001", "workers-0002", "workers-0003"]);
        await stage.UntilFrozenAsync("workers");
        await stage.UntilNoSlotAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancel_or_an_uncordon_while_the_new_machine_comes_gives_it_back(bool cancel)
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge));
        stage.Sandbox.Apply("pool-faults=workers/never-ready").ShouldBeEmpty();
        Node node = await stage.FirstAsync();
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message?.Contains("to be Ready", StringComparison.Ordinal) == true);

        if (cancel)
            await stage.CancelAsync(asked.Metadata.Name!);
        else
            await PatchAsync(stage, ResourceTypes.Nodes, new ObjectName(string.Empty, node.Metadata.Name!), """{"spec":{"unschedulable":null}}""");
        NodeRecycle done = await stage.EndedAsync(asked);

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Cancelled), stage.Log.ToString());
        done.Status.Message!.ShouldContain(cancel ? "cancelled by spec.cancel" : "somebody uncordoned node workers-0001");
        await stage.ShouldBeGivenBackAsync(node);
        await ShouldBeAsBeforeAsync(stage);
        (await NamesAsync(stage)).ShouldBe(["workers-0001", "workers-0002", "workers-0003"]);
    }

    [Fact]
    public async Task Who_sets_the_replicas_back_meanwhile_is_obeyed()
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge), timeout: "5m");
        stage.Sandbox.Apply("pool-faults=workers/never-comes").ShouldBeEmpty();
        Node node = await stage.FirstAsync();
        NodeRecycle asked = await stage.RequestAsync(node.Metadata.Name!);
        await stage.UntilAsync(asked.Metadata.Name!, static seen => seen.Status?.Message?.Contains("has 4 replicas", StringComparison.Ordinal) == true);

        await PatchAsync(stage, Deployments, Deployment, """{"spec":{"replicas":3}}""");
        NodeRecycle done = await stage.EndedAsync(asked);

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain("MachineDeployment default/workers was set back to 3 replicas by somebody: no machine comes first");
        await ShouldBeAsBeforeAsync(stage);
        (await NamesAsync(stage)).ShouldBe(["workers-0001", "workers-0002", "workers-0003"]);
    }

    /// <summary>What stands in the way is said before anything is asked for; nothing freezes.</summary>
    [Theory]
    [InlineData("machinedeployments", "workers", """{"metadata":{"annotations":{"cluster.x-k8s.io/paused":""}}}""", "MachineDeployment default/workers is paused")]
    [InlineData("machinesets", "workers-x7k2p", """{"metadata":{"ownerReferences":null}}""", "MachineSet default/workers-x7k2p belongs to no MachineDeployment")]
    public async Task Where_no_machine_can_come_first_nothing_is_drained(string plural, string name, string patch, string message)
    {
        await using FleetStage stage = await StartAsync(nameof(ClusterApiStrategy.Surge));
        await PatchAsync(stage, plural == "machinesets" ? Sets : Deployments, new ObjectName("default", name), patch);
        Node node = await stage.FirstAsync();

        NodeRecycle done = await stage.EndedAsync(await stage.RequestAsync(node.Metadata.Name!));

        done.Status!.Phase.ShouldBe(nameof(RecyclePhase.Failed), stage.Log.ToString());
        done.Status.Message!.ShouldContain(message);
        done.Status.Drain.ShouldBeNull();
        await stage.ShouldBeGivenBackAsync(node);
        (await stage.GetAsync(ResourceTypes.NodePolicies, "workers")).Status?.Freeze.ShouldBeNull();
    }

    private static Task<FleetStage> StartAsync(string strategy, bool first = false, string timeout = "30m", int unavailable = 1) => MethodStage.StartAsync(
        ReplacementMethod.ClusterApi,
        policy: spec =>
        {
            spec.Budget = new PolicyBudget { MaxUnavailable = new IntOrString(unavailable) };
            spec.Image = new ImagePolicy { Version = "debian-12.1" };
            spec.Health = new PolicyHealth { MinReady = "10s", Timeout = "5m" };
            spec.Replacement!.Timeout = timeout;
            spec.Replacement.ReplacementFirst = first;
            spec.Replacement.ClusterApi = new ClusterApiReplacement { Strategy = strategy };
        });

    private static async Task ShouldBeAsBeforeAsync(FleetStage stage)
    {
        UntypedObject deployment = FleetStage.Value(await stage.Api.GetAsync(Deployments, Deployment, default));
        deployment.Unknown!["spec"].GetProperty("replicas").GetInt32().ShouldBe(Replicas);
        (deployment.Metadata.Annotations ?? []).Keys.ShouldNotContain(static key => key.StartsWith(FleetKeys.SurgePrefix, StringComparison.Ordinal));
        await stage.UntilAsync(
            async () => FleetStage.Value(await stage.Api.ListPageAsync(Machines, new ListQuery(), default)).Items.Count == Replicas, "one Machine is too many, or too few");
    }

    private static async Task<IReadOnlyList<string?>> NamesAsync(FleetStage stage)
    {
        await stage.UntilAsync(async () => (await stage.AllAsync(ResourceTypes.Nodes)).Count == Replicas, "one node is too many, or too few");
        return [.. (await stage.AllAsync(ResourceTypes.Nodes)).Select(static node => node.Metadata.Name).Order(StringComparer.Ordinal)];
    }

    private static async Task PatchAsync<T>(FleetStage stage, ResourceType<T> type, ObjectName place, string patch)
        where T : KubeObject => FleetStage.Value(
            await stage.Api.PatchAsync(type, place, new Patch(PatchKind.Merge, Encoding.UTF8.GetBytes(patch)), subresource: null, WriteOptions.Default, default));
}
