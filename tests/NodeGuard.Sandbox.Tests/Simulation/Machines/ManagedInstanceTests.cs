using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class ManagedInstanceTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 3, Provider = PoolProvider.Resource };

    [Fact]
    public async Task AnInstanceIsFoundByTheNodesProviderId()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject instance = InstanceOf(cluster, "workers-0002");
        instance.Text("status", "providerID").ShouldBe(cluster.Node("workers-0002").Text("spec", "providerID"));
        instance.Text("status", "atProvider", "instanceState").ShouldBe("running");
        instance.Condition("Ready").Text("status").ShouldBe("True");
        instance.Controller().Text("kind").ShouldBe("InstanceGroup");
    }

    [Fact]
    public async Task ADeletedInstanceEndsTakesItsNodeAlongAndTheCompositeMakesAnother()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject instance = InstanceOf(cluster, "workers-0002");
        cluster.Delete(MachineResources.Instances, instance.Name());
        cluster.Advance(5);
        cluster.Get(MachineResources.Instances, instance.Name()).Text("status", "atProvider", "instanceState").ShouldBe("shutting-down");
        cluster.All(MachineResources.Instances).Length.ShouldBe(3);
        cluster.Advance(5);
        cluster.Find(MachineResources.Instances, instance.Name()).ShouldBeNull();
        cluster.Find(MachineResources.Nodes, "workers-0002").ShouldBeNull();
        cluster.All(MachineResources.Instances).Length.ShouldBe(3);
        cluster.Advance(110);
        ProviderCluster.IsReady(cluster.Node("workers-0004")).ShouldBeTrue();
        InstanceOf(cluster, "workers-0004").Condition("Ready").Text("status").ShouldBe("True");
    }

    [Fact]
    public async Task AStuckFinalizerKeepsTheInstanceAndNothingFollows()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject instance = InstanceOf(cluster, "workers-0001");
        cluster.Fault(MachineResources.Nodes, "workers-0001", "stuck-finalizer");
        cluster.Delete(MachineResources.Instances, instance.Name());
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Get(MachineResources.Instances, instance.Name()).Condition("Synced").Text("status").ShouldBe("False");
        cluster.Nodes.Length.ShouldBe(2);
        cluster.Fault(MachineResources.Instances, instance.Name(), "");
        cluster.Advance(120);
        cluster.Nodes.Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("refuse-delete", 403)]
    [InlineData("refuse-delete=409", 409)]
    public async Task ARefusedDeletionLeavesTheInstance(string fault, int code)
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Fault(MachineResources.Nodes, "workers-0001", fault);
        cluster.TryDelete(MachineResources.Instances, InstanceOf(cluster, "workers-0001").Name()).Code.ShouldBe(code);
        InstanceOf(cluster, "workers-0001").IsDeleting().ShouldBeFalse();
    }

    private static JsonObject InstanceOf(ProviderCluster cluster, string node) => cluster.All(MachineResources.Instances)
        .Single(item => item.Annotation("crossplane.io/external-name") == cluster.Node(node).Text("spec", "providerID").Split('/')[^1]);
}
