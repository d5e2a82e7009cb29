using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Faults;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Tests.Simulation;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Faults;

public sealed class FaultEndpointTests : IAsyncLifetime
{
    private readonly SimulatedCluster _cluster = new(nodes: 1);
    private readonly FaultInjector _faults;
    private readonly FaultEndpoint _endpoint;

    public FaultEndpointTests()
    {
        _faults = new FaultInjector(_cluster.Cluster.Store, TimeProvider.System, new Random(1));
        _endpoint = new FaultEndpoint(_cluster.Cluster, _cluster.Clock, _faults);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public void AFaultsTextSwitchesItOn()
    {
        _endpoint.Apply("latency=10ms").ShouldBeEmpty();
        _faults.Faults.ShouldHaveSingleItem().Kind.ShouldBe(FaultKind.Latency);
    }

    [Fact]
    public void ANodeIsGoneUntilItIsBack()
    {
        _endpoint.Apply("node-gone=node-1").ShouldBeEmpty();
        _cluster.Advance(TimeSpan.FromMinutes(2));
        Ready().ShouldBe("Unknown");
        _endpoint.Apply("node-back=node-1").ShouldBeEmpty();
        _cluster.Advance(TimeSpan.FromSeconds(30));
        Ready().ShouldBe("True");
        _endpoint.Apply("node-gone=node-9").ShouldContain("node-9");
    }

    [Theory]
    [InlineData("skew=90s", 90)]
    [InlineData("skew=-2m", -120)]
    public void ASkewedClockShowsAnotherTime(string text, int seconds)
    {
        DateTimeOffset before = _cluster.Clock.GetUtcNow();
        _endpoint.Apply(text).ShouldBeEmpty();
        (_cluster.Clock.GetUtcNow() - before).TotalSeconds.ShouldBe(seconds);
    }

    [Fact]
    public void ADeadLeaderHoldsItsLeaseAndRenewsItNoMore()
    {
        _endpoint.Apply("dead-leader=default/agent").ShouldBeEmpty();
        JsonObject lease = _cluster.Get(Kind.Lease, "agent");
        string renewed = lease.Text("spec", "renewTime");
        lease.Text("spec", "holderIdentity").ShouldBe("sandbox-dead-leader");
        _cluster.Advance(TimeSpan.FromMinutes(1));
        _cluster.Get(Kind.Lease, "agent").Text("spec", "renewTime").ShouldBe(renewed);
        _endpoint.Apply("dead-leader=default/agent").ShouldBeEmpty();
        _cluster.Get(Kind.Lease, "agent").Number("spec", "leaseTransitions").ShouldBe(2);
    }

    [Fact]
    public void CompactionForgetsWhatWatchesWouldNeed()
    {
        long old = _cluster.Cluster.Store.Revision;
        _cluster.Create(Kind.Pod, Objects.Pod("a"));
        _cluster.Cluster.Store.Watch("pods", old).ShouldNotBeNull();
        _endpoint.Apply("compact").ShouldBeEmpty();
        _cluster.Cluster.Store.Watch("pods", old).ShouldBeNull();
    }

    [Theory]
    [InlineData("skew=soon")]
    [InlineData("dead-leader=agent")]
    [InlineData("nonsense")]
    public void WhatIsNotUnderstoodIsNamed(string text) => _endpoint.Apply(text).ShouldContain(text.Split('=')[^1]);

    private string Ready() => _cluster.Get(Kind.Node, "node-1").Condition("Ready").Text("status");
}
