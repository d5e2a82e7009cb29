using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

public sealed class WebhookGroupTests
{
    private static readonly PoolSpec Workers = new() { Name = "workers", Count = 3, Provider = PoolProvider.Webhook, Secret = "key" };

    [Fact]
    public async Task AReplacementRunsAndIsDoneAndTheSameKeyStartsNothing()
    {
        await using var cluster = new ProviderCluster(Workers);
        WebhookRequest request = Request(cluster, "workers-0001");
        WebhookAnswer first = Post(cluster, request);
        first.Code.ShouldBe(202);
        first.Body.Text("state").ShouldBe("Running");
        string id = first.Body.Text("operation");
        Post(cluster, request).Body.Text("operation").ShouldBe(id);
        cluster.Advance(60);
        cluster.Nodes.Length.ShouldBe(2);
        Post(cluster, request).Body.Text("state").ShouldBe("Running");
        cluster.Advance(60);
        WebhookAnswer done = Post(cluster, request);
        (done.Code, done.Body.Text("operation"), done.Body.Text("state"), done.Body.Text("successor")).ShouldBe((200, id, "Done", "workers-0004"));
        cluster.Machines.WebhookState(id).Body.Text("state").ShouldBe("Done");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Select(node => node.Name()).ShouldBe(["workers-0002", "workers-0003", "workers-0004"]);
    }

    [Fact]
    public async Task WithReplacementFirstTheOldNodeStaysUntilTheNewOneIsReady()
    {
        await using var cluster = new ProviderCluster(Workers);
        WebhookRequest request = Request(cluster, "workers-0001") with { ReplacementFirst = true };
        Post(cluster, request);
        cluster.Advance(105);
        cluster.Nodes.Length.ShouldBe(4);
        ProviderCluster.IsReady(cluster.Node("workers-0001")).ShouldBeTrue();
        cluster.Advance(30);
        cluster.Nodes.Select(node => node.Name()).ShouldBe(["workers-0002", "workers-0003", "workers-0004"]);
        Post(cluster, request).Body.Text("state").ShouldBe("Done");
    }

    [Fact]
    public async Task ARebootIsDoneWithANewBootOfTheSameNode()
    {
        await using var cluster = new ProviderCluster(Workers);
        string boot = cluster.Node("workers-0001").Text("status", "nodeInfo", "bootID");
        WebhookRequest request = Request(cluster, "workers-0001") with { Action = "reboot" };
        Post(cluster, request);
        cluster.Advance(60);
        ProviderCluster.IsReady(cluster.Node("workers-0001")).ShouldBeFalse();
        cluster.Advance(60);
        Post(cluster, request).Body.Text("state").ShouldBe("Done");
        cluster.Node("workers-0001").Text("status", "nodeInfo", "bootID").ShouldNotBe(boot);
    }

    [Fact]
    public async Task WhatCannotBeDoneIsRefusedWithAReason()
    {
        await using var cluster = new ProviderCluster(Workers, new PoolSpec { Name = "others", Count = 1 });
        WebhookRequest request = Request(cluster, "workers-0001");
        Post(cluster, request with { Node = "workers-9999" }).Code.ShouldBe(404);
        Post(cluster, Request(cluster, "others-0001")).Code.ShouldBe(404);
        Post(cluster, request with { NodeUid = "old" }).Code.ShouldBe(409);
        cluster.Fault(MachineResources.Nodes, "workers-0001", "refuse-delete");
        Post(cluster, request).Code.ShouldBe(403);
        cluster.Fault(MachineResources.Nodes, "workers-0001", "operation-fails");
        Post(cluster, request).Body.Text("state").ShouldBe("Failed");
        Post(cluster, request with { Action = "reboot" }).Code.ShouldBe(409, "the key belongs to another request");
        cluster.Advance(TimeSpan.FromHours(1));
        cluster.Nodes.Length.ShouldBe(4);
    }

    [Fact]
    public async Task ASuccessorThatNeverComesKeepsTheOperationRunning()
    {
        await using var cluster = new ProviderCluster(Workers);
        cluster.Fault(MachineResources.Nodes, "workers-0001", "never-comes");
        WebhookRequest request = Request(cluster, "workers-0001") with { ReplacementFirst = true };
        Post(cluster, request);
        cluster.Advance(TimeSpan.FromHours(1));
        Post(cluster, request).Body.Text("state").ShouldBe("Running");
        ProviderCluster.IsReady(cluster.Node("workers-0001")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", """{"version":1}""", "Idempotency-Key")]
    [InlineData("k", "{", "not JSON")]
    [InlineData("k", "[]", "version")]
    [InlineData("k", """{"version":2}""", "version")]
    [InlineData("k", """{"version":1,"action":"stop"}""", "'stop'")]
    [InlineData("k", """{"version":1,"action":"replace","node":{"name":"a"}}""", "node.uid")]
    [InlineData("k", """{"version":1,"action":"replace","node":{"name":"a","uid":"b"}}""", "recycle.uid")]
    public void WhatARequestGetsWrongIsNamed(string key, string body, string named)
    {
        WebhookRequest.Read(key, body, out string error).ShouldBeNull();
        error.ShouldContain(named);
    }

    [Fact]
    public void ASignatureHoldsForItsKeyItsBodyAndItsTime()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
        string header = $"t=1800000000,v1={WebhookRequest.Sign("key", "1800000000", "body")}";
        WebhookRequest.SignatureError("key", header, "body", now).ShouldBeEmpty();
        WebhookRequest.SignatureError("", "", "body", now).ShouldBeEmpty("no key, no signature");
        WebhookRequest.SignatureError("other", header, "body", now).ShouldContain("does not match");
        WebhookRequest.SignatureError("key", header, "bod", now).ShouldContain("does not match");
        WebhookRequest.SignatureError("key", header, "body", now.AddMinutes(6)).ShouldContain("5 minutes");
        WebhookRequest.SignatureError("key", header, "body", now.AddMinutes(6), now).ShouldBeEmpty("one of the clocks fits");
        WebhookRequest.SignatureError("key", "v1=00", "body", now).ShouldContain("no time");

        // A fixed value, so that another implementation can be compared with it.
        WebhookRequest.Sign("key", "1800000000", "body").ShouldBe("a9eddeea3baad9ffc58eeaab8ad11c80f3d49486aa36fc2d90c2e5b49f542d16");
    }

    private static WebhookRequest Request(ProviderCluster cluster, string node) =>
        new("recycle-1", "replace", node, cluster.Node(node).Uid(), ReplacementFirst: false);

    private static WebhookAnswer Post(ProviderCluster cluster, WebhookRequest request)
    {
        WebhookAnswer answer = cluster.Machines.Webhook(request);
        cluster.Settle();
        return answer;
    }
}
