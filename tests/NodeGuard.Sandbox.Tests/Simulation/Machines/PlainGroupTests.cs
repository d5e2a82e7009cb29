using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class PlainGroupTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 6, Labels = new Dictionary<string, string> { ["team"] = "a" } };

    [Fact]
    public async Task APoolsFirstNodesAreReadyAndCarryWhatAFleetIsToldApartBy()
    {
        await using var cluster = new ProviderCluster(Workers with { Birth = TimeSpan.FromHours(24) });
        cluster.Nodes.Length.ShouldBe(6);
        cluster.Nodes.ShouldAllBe(node => ProviderCluster.IsReady(node));
        JsonObject node = cluster.Node("workers-0001");
        node.Text("metadata", "labels", "sandbox.nodeguard.io/pool").ShouldBe("workers");
        node.Text("metadata", "labels", "team").ShouldBe("a");
        node.Text("spec", "providerID").ShouldBe("sandbox://a/i-000001");
        node.Text("status", "nodeInfo", "osImage").ShouldBe("debian-12.1");
        node.Text("status", "nodeInfo", "bootID").ShouldNotBeEmpty();
        cluster.Nodes.GroupBy(item => item.Text("metadata", "labels", "topology.kubernetes.io/zone")).ToDictionary(zone => zone.Key, zone => zone.Count())
            .ShouldBe(new Dictionary<string, int> { ["a"] = 2, ["b"] = 2, ["c"] = 2 }, ignoreOrder: true);
        cluster.Nodes.Select(item => Math.Round((cluster.Clock.GetUtcNow() - item.Time("metadata", "creationTimestamp")!.Value).TotalHours))
            .ShouldBe([0, 4, 8, 12, 16, 20]);
    }

    [Fact]
    public async Task ADeletedNodesMachineEndsAndItsSuccessorIsANewNodeOfTheSameZoneThatBecomesReadyInTime()
    {
        await using var cluster = new ProviderCluster(Workers);
        string zone = cluster.Node("workers-0002").Text("metadata", "labels", "topology.kubernetes.io/zone");
        cluster.Delete(MachineResources.Nodes, "workers-0002");
        cluster.Advance(89);
        cluster.Nodes.Length.ShouldBe(5);
        cluster.Advance(1);
        JsonObject successor = cluster.Node("workers-0007");
        ProviderCluster.IsReady(successor).ShouldBeFalse();
        successor.Items("spec", "taints").Select(taint => taint.Text("key") + ":" + taint.Text("effect"))
            .ShouldContain("node.kubernetes.io/not-ready:NoSchedule");
        successor.Text("metadata", "labels", "topology.kubernetes.io/zone").ShouldBe(zone);
        cluster.Advance(19);
        ProviderCluster.IsReady(cluster.Node("workers-0007")).ShouldBeFalse();
        cluster.Advance(1);
        ProviderCluster.IsReady(cluster.Node("workers-0007")).ShouldBeTrue();
        cluster.Node("workers-0007").Items("spec", "taints").ShouldBeEmpty();
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Length.ShouldBe(6);
    }

    [Fact]
    public async Task ASuccessorOfTheSameNameHasANewUidAndANewBoot()
    {
        await using var cluster = new ProviderCluster(Workers with { SameName = true });
        JsonObject before = cluster.Node("workers-0003");
        cluster.Delete(MachineResources.Nodes, "workers-0003");
        cluster.Advance(120);
        JsonObject after = cluster.Node("workers-0003");
        after.Uid().ShouldNotBe(before.Uid());
        after.Text("status", "nodeInfo", "bootID").ShouldNotBe(before.Text("status", "nodeInfo", "bootID"));
        after.Text("spec", "providerID").ShouldNotBe(before.Text("spec", "providerID"));
        ProviderCluster.IsReady(after).ShouldBeTrue();
    }

    [Fact]
    public async Task SuccessorsRunThePoolsNewImage()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Edit(MachineResources.Pools, "workers", pool => pool["spec"]!["image"] = "debian-12.2");
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(120);
        cluster.Node("workers-0007").Text("status", "nodeInfo", "osImage").ShouldBe("debian-12.2");
        cluster.Node("workers-0002").Text("status", "nodeInfo", "osImage").ShouldBe("debian-12.1");
    }

    [Fact]
    public async Task APoolFollowsItsCount()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Edit(MachineResources.Pools, "workers", pool => pool["spec"]!["count"] = 8);
        cluster.Advance(120);
        cluster.Nodes.Length.ShouldBe(8);
        cluster.Edit(MachineResources.Pools, "workers", pool => pool["spec"]!["count"] = 2);
        cluster.Advance(60);
        cluster.Nodes.Length.ShouldBe(2);
    }

    [Fact]
    public async Task NobodyReplacesTheMachinesOfAPoolWithoutProvider()
    {
        await using var cluster = new ProviderCluster(Workers with { Provider = PoolProvider.None });
        cluster.Delete(MachineResources.Nodes, "workers-0001");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Length.ShouldBe(5);
    }

    [Theory]
    [InlineData("name=w,count=5,provider=clusterapi,zones=x;y,boot=2m,birth=spread:24h,labels=a=b;c=d,agents=true,sameName=true,packages=bash:amd64=1;curl:amd64=2,update=1m")]
    public void APoolsTextIsReadAndItsObjectSaysTheSame(string text)
    {
        PoolSpec pool = PoolText.Parse(text, out string error).ShouldNotBeNull();
        error.ShouldBeEmpty();
        pool.Provider.ShouldBe(PoolProvider.ClusterApi);
        pool.Birth.ShouldBe(TimeSpan.FromHours(24));
        PoolSpec read = PoolSpec.Of(pool.ToObject());
        read.Labels.ShouldBe(new Dictionary<string, string> { ["a"] = "b", ["c"] = "d" }, ignoreOrder: true);
        (read with { Labels = pool.Labels, Zones = pool.Zones, Packages = pool.Packages }).ShouldBe(pool);
        read.Zones.ShouldBe(pool.Zones);
        read.Packages.ShouldBe(pool.Packages);
    }

    [Theory]
    [InlineData("count=5", "no name")]
    [InlineData("name=w,count=-1", "'count=-1'")]
    [InlineData("name=w,provider=aws", "'provider=aws'")]
    [InlineData("name=w,boot=soon", "'boot=soon'")]
    [InlineData("name=w,birth=spread", "'birth=spread'")]
    [InlineData("name=W", "'name=W'")]
    [InlineData("name=w,colour=red", "'colour=red'")]
    [InlineData("name=w,labels=-=x", "'labels=-=x'")]
    public void WhatAPoolsTextGetsWrongIsNamed(string text, string named)
    {
        PoolText.Parse(text, out string error).ShouldBeNull();
        error.ShouldContain(named);
    }
}
