using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class ClusterApiTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 4, Provider = PoolProvider.ClusterApi };

    [Fact]
    public async Task NodesAndMachinesNameEachOther()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject node = cluster.Node("workers-0001");
        JsonObject machine = cluster.Get(MachineResources.Machines, node.Annotation("cluster.x-k8s.io/machine"));
        machine.Text("status", "nodeRef", "name").ShouldBe("workers-0001");
        machine.Text("spec", "providerID").ShouldBe(node.Text("spec", "providerID"));
        machine.Text("status", "phase").ShouldBe("Running");
        machine.Texts("metadata", "finalizers").ShouldBe(["machine.cluster.x-k8s.io"]);
        node.Annotation("cluster.x-k8s.io/cluster-name").ShouldBe("sandbox");
        node.Annotation("cluster.x-k8s.io/cluster-namespace").ShouldBe("default");
        node.Annotation("cluster.x-k8s.io/owner-kind").ShouldBe("MachineSet");
        JsonObject set = cluster.Get(MachineResources.Sets, node.Annotation("cluster.x-k8s.io/owner-name"));
        set.Number("status", "readyReplicas").ShouldBe(4);
        set.Controller().Text("kind").ShouldBe("MachineDeployment");
        cluster.Get(MachineResources.Deployments, "workers").Number("status", "availableReplicas").ShouldBe(4);
    }

    [Fact]
    public async Task ADeletedMachineDrainsItsNodeEndsAndIsFollowedOnceItIsGone()
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Pod("web", "workers-0001");
        cluster.Advance(5);
        cluster.Delete(MachineResources.Machines, machine);
        Reason(cluster, machine).ShouldBe("DrainingNode");
        cluster.Node("workers-0001").Flag("spec", "unschedulable").ShouldBeTrue();
        cluster.All(MachineResources.Machines).Length.ShouldBe(4, "a machine that is being deleted counts");
        cluster.Advance(21);
        Reason(cluster, machine).ShouldBe("WaitingForInfrastructureDeletion");
        cluster.Advance(10);
        cluster.Find(MachineResources.Machines, machine).ShouldBeNull();
        cluster.Find(MachineResources.Nodes, "workers-0001").ShouldBeNull();
        cluster.All(MachineResources.Machines).Length.ShouldBe(4);
        cluster.Advance(110);
        ProviderCluster.IsReady(cluster.Node("workers-0005")).ShouldBeTrue();
        cluster.Get(MachineResources.Deployments, "workers").Number("status", "readyReplicas").ShouldBe(4);
    }

    [Fact]
    public async Task ABudgetHoldsTheDrainUnlessItIsExcludedOrItsTimeIsUp()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Create(new MachineResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "default"), Objects.Budget("web", "web", """ "maxUnavailable":0 """));
        cluster.Pod("web", "workers-0001");
        cluster.Advance(5);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Delete(MachineResources.Machines, machine);
        cluster.Advance(TimeSpan.FromHours(1));
        Reason(cluster, machine).ShouldBe("DrainingNode");
        cluster.Annotate(MachineResources.Machines, machine, "machine.cluster.x-k8s.io/exclude-node-draining", "");
        Reason(cluster, machine).ShouldBe("WaitingForInfrastructureDeletion");

        cluster.Create(new MachineResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "default"), Objects.Budget("app", "app", """ "maxUnavailable":0 """));
        cluster.Pod("app", "workers-0002");
        cluster.Advance(5);
        string bounded = MachineOf(cluster, "workers-0002");
        cluster.Edit(MachineResources.Machines, bounded, item => item.Ensure("spec", "deletion")["nodeDrainTimeoutSeconds"] = 60);
        cluster.Delete(MachineResources.Machines, bounded);
        cluster.Advance(50);
        Reason(cluster, bounded).ShouldBe("DrainingNode");
        cluster.Advance(15);
        Reason(cluster, bounded).ShouldBe("WaitingForInfrastructureDeletion");
    }

    [Theory]
    [InlineData("pre-drain.delete.hook.machine.cluster.x-k8s.io/nodeguard", "WaitingForPreDrainHook")]
    [InlineData("pre-terminate.delete.hook.machine.cluster.x-k8s.io/nodeguard", "WaitingForPreTerminateHook")]
    public async Task AHookHoldsTheDeletionUntilItIsTakenAway(string hook, string reason)
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Annotate(MachineResources.Machines, machine, hook, "");
        cluster.Delete(MachineResources.Machines, machine);
        cluster.Advance(TimeSpan.FromHours(1));
        Reason(cluster, machine).ShouldBe(reason);
        ProviderCluster.IsReady(cluster.Node("workers-0001")).ShouldBeTrue();
        cluster.Edit(MachineResources.Machines, machine, item => item.Ensure("metadata", "annotations").Remove(hook));
        cluster.Advance(30);
        cluster.Find(MachineResources.Machines, machine).ShouldBeNull();
    }

    [Fact]
    public async Task ASurgeScalesUpAndThenTakesTheAnnotatedMachine()
    {
        await using var cluster = new ProviderCluster(Workers);
        string old = MachineOf(cluster, "workers-0003");
        cluster.Edit(MachineResources.Deployments, "workers", item => item["spec"]!["replicas"] = 5);
        cluster.Advance(110);
        cluster.Nodes.Count(ProviderCluster.IsReady).ShouldBe(5);
        cluster.Annotate(MachineResources.Machines, old, "cluster.x-k8s.io/delete-machine", "yes");
        cluster.Edit(MachineResources.Deployments, "workers", item => item["spec"]!["replicas"] = 4);
        cluster.Advance(30);
        cluster.Find(MachineResources.Machines, old).ShouldBeNull();
        cluster.Nodes.Select(node => node.Name()).ShouldBe(["workers-0001", "workers-0002", "workers-0004", "workers-0005"]);
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Length.ShouldBe(4);
    }

    [Fact]
    public async Task AnAnnotatedMachineIsRemediatedWhileACheckSelectsItAndItsLimitAllows()
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Edit(MachineResources.HealthChecks, "workers", check => check.Ensure("spec", "remediation", "triggerIf")["unhealthyLessThanOrEqualTo"] = 0);
        cluster.Annotate(MachineResources.Machines, machine, "cluster.x-k8s.io/remediate-machine", "");
        cluster.Advance(60);
        cluster.Get(MachineResources.Machines, machine).IsDeleting().ShouldBeFalse();
        cluster.Get(MachineResources.HealthChecks, "workers").Condition("RemediationAllowed").Text("status").ShouldBe("False");
        cluster.Edit(MachineResources.HealthChecks, "workers", check => check.Ensure("spec", "remediation", "triggerIf")["unhealthyLessThanOrEqualTo"] = "40%");
        cluster.Annotate(MachineResources.Machines, machine, "again", "");
        cluster.Advance(60);
        cluster.Find(MachineResources.Machines, machine).ShouldBeNull();

        cluster.Delete(MachineResources.HealthChecks, "workers");
        string other = MachineOf(cluster, "workers-0002");
        cluster.Annotate(MachineResources.Machines, other, "cluster.x-k8s.io/remediate-machine", "");
        cluster.Advance(60);
        cluster.Get(MachineResources.Machines, other).IsDeleting().ShouldBeFalse("no check selects it");
    }

    [Theory]
    [InlineData("refuse-delete", 403)]
    [InlineData("refuse-delete=409", 409)]
    public async Task ARefusedDeletionLeavesTheMachine(string fault, int code)
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Fault(MachineResources.Nodes, "workers-0001", fault);
        cluster.TryDelete(MachineResources.Machines, machine).Code.ShouldBe(code);
        cluster.TryDelete(MachineResources.Nodes, "workers-0001").Code.ShouldBe(code);
        cluster.Get(MachineResources.Machines, machine).IsDeleting().ShouldBeFalse();
        cluster.Delete(MachineResources.Machines, MachineOf(cluster, "workers-0002"));
    }

    [Fact]
    public async Task AFailingDeletionIsToldInTheMachine()
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Fault(MachineResources.Nodes, "workers-0001", "refuse-delete=failure");
        cluster.Delete(MachineResources.Machines, machine);
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Get(MachineResources.Machines, machine).Text("status", "phase").ShouldBe("Failed");
        cluster.Get(MachineResources.Machines, machine).Text("status", "deprecated", "v1beta1", "failureReason").ShouldBe("DeleteError");
        ProviderCluster.IsReady(cluster.Node("workers-0001")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AStuckFinalizerKeepsTheMachineThoughItsNodeIsGoneAndNothingFollows(bool ofNode)
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Fault(ofNode ? MachineResources.Nodes : MachineResources.Pools, ofNode ? "workers-0001" : "workers", "stuck-finalizer");
        cluster.Delete(MachineResources.Machines, machine);
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Find(MachineResources.Nodes, "workers-0001").ShouldBeNull();
        cluster.Get(MachineResources.Machines, machine).IsDeleting().ShouldBeTrue();
        cluster.Nodes.Length.ShouldBe(3);
        cluster.Fault(ofNode ? MachineResources.Machines : MachineResources.Pools, ofNode ? machine : "workers", "");
        cluster.Advance(120);
        cluster.Find(MachineResources.Machines, machine).ShouldBeNull();
        cluster.Nodes.Length.ShouldBe(4);
    }

    [Fact]
    public async Task AMachineKeepsItsInstanceWhenItsNodeIsDeleted()
    {
        await using var cluster = new ProviderCluster(Workers);
        string machine = MachineOf(cluster, "workers-0001");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Get(MachineResources.Machines, machine).Condition("Ready").Text("status").ShouldBe("False");
        cluster.Nodes.Length.ShouldBe(3);
        cluster.Delete(MachineResources.Machines, machine);
        cluster.Advance(130);
        cluster.Nodes.Length.ShouldBe(4);
    }

    private static string MachineOf(ProviderCluster cluster, string node) => cluster.Node(node).Annotation("cluster.x-k8s.io/machine");

    private static string Reason(ProviderCluster cluster, string machine) =>
        cluster.Get(MachineResources.Machines, machine).Condition("Deleting").Text("reason");
}
