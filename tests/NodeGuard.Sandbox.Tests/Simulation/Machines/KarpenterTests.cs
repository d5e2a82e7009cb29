using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class KarpenterTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 4, Provider = PoolProvider.Karpenter };

    [Fact]
    public async Task ANodeBelongsToItsClaimAndTheClaimToItsPool()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject node = cluster.Node("workers-0001");
        JsonObject claim = ClaimOf(cluster, "workers-0001");
        claim.Text("status", "nodeName").ShouldBe("workers-0001");
        claim.Text("status", "providerID").ShouldBe(node.Text("spec", "providerID"));
        claim.Condition("Initialized").Text("status").ShouldBe("True");
        claim.Texts("metadata", "finalizers").ShouldBe(["karpenter.sh/termination"]);
        node.Texts("metadata", "finalizers").ShouldBe(["karpenter.sh/termination"]);
        node.Text("metadata", "labels", "karpenter.sh/nodepool").ShouldBe("workers");
        claim.Controller().Text("kind").ShouldBe("NodePool");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ADeletedClaimTaintsAndEmptiesItsNodeEndsItAndIsFollowedAtOnce(bool byNode)
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject claim = ClaimOf(cluster, "workers-0001");
        cluster.Pod("web", "workers-0001");
        cluster.Advance(5);
        cluster.Delete(byNode ? MachineResources.Nodes : MachineResources.NodeClaims, byNode ? "workers-0001" : claim.Name());
        cluster.Node("workers-0001").IsDeleting().ShouldBeTrue();
        cluster.Get(MachineResources.NodeClaims, claim.Name()).IsDeleting().ShouldBeTrue();
        cluster.Node("workers-0001").Items("spec", "taints").Select(taint => taint.Text("key") + ":" + taint.Text("effect"))
            .ShouldContain("karpenter.sh/disrupted:NoSchedule");
        cluster.All(MachineResources.NodeClaims).Length.ShouldBe(5, "the pool's next claim does not wait for the old one's end");
        cluster.Advance(20);
        cluster.Find(MachineResources.Nodes, "workers-0001").ShouldBeNull();
        cluster.Find(MachineResources.NodeClaims, claim.Name()).ShouldBeNull();
        cluster.Advance(120);
        cluster.Nodes.Length.ShouldBe(4);
        ProviderCluster.IsReady(cluster.Node("workers-0005")).ShouldBeTrue();
    }

    [Fact]
    public async Task ABudgetHoldsTheTerminationUntilItsTimestamp()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Create(new MachineResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "default"), Objects.Budget("web", "web", """ "maxUnavailable":0 """));
        cluster.Pod("web", "workers-0001");
        cluster.Advance(5);
        JsonObject claim = ClaimOf(cluster, "workers-0001");
        cluster.Delete(MachineResources.NodeClaims, claim.Name());
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Node("workers-0001").IsDeleting().ShouldBeTrue();
        cluster.Annotate(
            MachineResources.NodeClaims, claim.Name(), "karpenter.sh/nodeclaim-termination-timestamp", (cluster.Clock.GetUtcNow() + TimeSpan.FromMinutes(1)).ToApiTime());
        cluster.Advance(80);
        cluster.Find(MachineResources.Nodes, "workers-0001").ShouldBeNull();
    }

    [Fact]
    public async Task AnotherHashIsDriftAndItsReplacementComesFirst()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject old = ClaimOf(cluster, "workers-0002");
        cluster.Annotate(MachineResources.NodeClaims, old.Name(), "karpenter.sh/nodepool-hash", "0");
        cluster.Advance(60);
        cluster.Get(MachineResources.NodeClaims, old.Name()).Condition("Drifted").Text("status").ShouldBe("True");
        cluster.Node("workers-0002").IsDeleting().ShouldBeFalse();
        cluster.Node("workers-0002").Items("spec", "taints").Single().Text("key").ShouldBe("karpenter.sh/disrupted");
        cluster.All(MachineResources.NodeClaims).Length.ShouldBe(5);
        cluster.Advance(60);
        ProviderCluster.IsReady(cluster.Node("workers-0005")).ShouldBeTrue();
        cluster.Advance(30);
        cluster.Find(MachineResources.NodeClaims, old.Name()).ShouldBeNull();
        cluster.Nodes.Select(node => node.Name()).ShouldBe(["workers-0001", "workers-0003", "workers-0004", "workers-0005"]);
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Length.ShouldBe(4);
    }

    [Fact]
    public async Task DriftKeepsToThePoolsBudget()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Edit(MachineResources.NodePools, "workers", pool => pool["spec"]!["disruption"]!["budgets"] = new JsonArray(new JsonObject { ["nodes"] = "0" }));
        JsonObject old = ClaimOf(cluster, "workers-0002");
        cluster.Annotate(MachineResources.NodeClaims, old.Name(), "karpenter.sh/nodepool-hash", "0");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.All(MachineResources.NodeClaims).Length.ShouldBe(4);
        cluster.Get(MachineResources.NodeClaims, old.Name()).Condition("Drifted").ShouldNotBeNull();
        cluster.Edit(MachineResources.NodePools, "workers", pool => pool["spec"]!["disruption"]!["budgets"] = new JsonArray(new JsonObject { ["nodes"] = "1" }));
        cluster.Advance(150);
        cluster.Find(MachineResources.NodeClaims, old.Name()).ShouldBeNull();
    }

    [Fact]
    public async Task AReplacementThatNeverComesIsGivenUpAndTheOldNodeIsSchedulableAgain()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject old = ClaimOf(cluster, "workers-0002");
        cluster.Fault(MachineResources.Pools, "workers", "never-comes");
        cluster.Annotate(MachineResources.NodeClaims, old.Name(), "karpenter.sh/nodepool-hash", "0");
        cluster.Advance(TimeSpan.FromSeconds(590));
        cluster.Node("workers-0002").Items("spec", "taints").ShouldNotBeEmpty();
        cluster.Edit(MachineResources.NodePools, "workers", pool => pool["spec"]!["disruption"]!["budgets"] = new JsonArray(new JsonObject { ["nodes"] = "0" }));
        cluster.Advance(TimeSpan.FromSeconds(30));
        cluster.Node("workers-0002").Items("spec", "taints").ShouldBeEmpty();
        cluster.Get(MachineResources.NodeClaims, old.Name()).IsDeleting().ShouldBeFalse();
    }

    [Fact]
    public async Task ARefusedDeletionLeavesTheClaim()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject claim = ClaimOf(cluster, "workers-0001");
        cluster.Fault(MachineResources.Pools, "workers", "refuse-delete=409");
        cluster.TryDelete(MachineResources.NodeClaims, claim.Name()).Code.ShouldBe(409);
        cluster.Node("workers-0001").IsDeleting().ShouldBeFalse();
    }

    [Fact]
    public async Task AStuckFinalizerKeepsTheClaim()
    {
        await using var cluster = new ProviderCluster(Workers);
        JsonObject claim = ClaimOf(cluster, "workers-0001");
        cluster.Fault(MachineResources.Nodes, "workers-0001", "stuck-finalizer");
        cluster.Delete(MachineResources.NodeClaims, claim.Name());
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Get(MachineResources.NodeClaims, claim.Name()).IsDeleting().ShouldBeTrue();
        cluster.Find(MachineResources.Nodes, "workers-0001").ShouldBeNull();
        cluster.Fault(MachineResources.NodeClaims, claim.Name(), "");
        cluster.Find(MachineResources.NodeClaims, claim.Name()).ShouldBeNull();
    }

    private static JsonObject ClaimOf(ProviderCluster cluster, string node)
    {
        JsonObject owner = cluster.Node(node).Items("metadata", "ownerReferences").Single();
        owner.Text("kind").ShouldBe("NodeClaim");
        return cluster.Get(MachineResources.NodeClaims, owner.Text("name"));
    }
}
