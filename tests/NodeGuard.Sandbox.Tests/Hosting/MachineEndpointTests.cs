using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Hosting;

public sealed class MachineEndpointTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private SandboxHost _host = null!;

    public async Task InitializeAsync() => _host = await SandboxHost.StartAsync(
        new SandboxOptions
        {
            Nodes = 0,
            Speed = 600,
            Pools = [new PoolSpec { Name = "workers", Count = 3, Provider = PoolProvider.Webhook, Secret = "key" }],
        },
        static _ => { });

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task ASignedRequestReplacesAMachineAndItsOperationTellsWhen()
    {
        (HttpStatusCode code, JsonObject answer) = await PostAsync("one", "workers-0002");
        code.ShouldBe(HttpStatusCode.Accepted);
        string operation = answer.Text("operation");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        JsonObject state = answer;
        while (state.Text("state") == "Running")
        {
            await Task.Delay(20, deadline.Token);
            state = JsonNode.Parse(await _client.GetStringAsync($"{_host.WebhookUrl}/{operation}"))!.AsObject();
        }

        state.Text("state").ShouldBe("Done");
        state.Text("successor").ShouldBe("workers-0004");
    }

    [Fact]
    public async Task AWrongSignatureIsRefusedAndStartsNothing()
    {
        (await PostAsync("one", "workers-0001", secret: "guess")).Code.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync("one", "workers-0001", secret: null)).Code.ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync("one", "workers-0001", time: DateTimeOffset.UnixEpoch)).Code.ShouldBe(HttpStatusCode.Unauthorized);
        Node("workers-0001").IsDeleting().ShouldBeFalse();
    }

    [Fact]
    public async Task ABrokenProviderIsDownFailsOrIsSlow()
    {
        _host.Apply("pool-faults=workers/webhook-down").ShouldBeEmpty();
        await Should.ThrowAsync<HttpRequestException>(() => PostAsync("one", "workers-0001"));
        _host.Apply("pool-faults=workers/webhook-500").ShouldBeEmpty();
        (await PostAsync("one", "workers-0001")).Code.ShouldBe(HttpStatusCode.InternalServerError);
        _host.Apply("pool-faults=workers/webhook-wrong-signature").ShouldBeEmpty();
        (await PostAsync("one", "workers-0001")).Code.ShouldBe(HttpStatusCode.Unauthorized);
        _host.Apply("pool-faults=workers/webhook-slow=1h").ShouldBeEmpty();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Should.ThrowAsync<TaskCanceledException>(() => PostAsync("one", "workers-0001", cancel: patience.Token));
    }

    [Fact]
    public async Task DeedsSetImagesCountsAndFaultsAndNameWhatTheyDoNotKnow()
    {
        _host.Apply("pool-image=workers/debian-13").ShouldBeEmpty();
        _host.Apply("node-faults=workers-0001/wrong-image=debian-11,flapping").ShouldBeEmpty();
        _host.Apply("pool-count=workers/4").ShouldBeEmpty();
        _host.Apply("pool-faults=workers/plague").ShouldContain("'plague'");
        _host.Apply("pool-faults=none/never-comes").ShouldContain("\"none\" not found");
        _host.Apply("pool-count=workers/many").ShouldContain("'many'");
        _host.Apply("pool-image=workers").ShouldContain("NAME/VALUE");
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (_host.Cluster.Store.Get("nodes", "workers-0004") is null)
        {
            await Task.Delay(20, deadline.Token);
        }

        Node("workers-0004").Text("status", "nodeInfo", "osImage").ShouldBe("debian-13");
    }

    private JsonObject Node(string name) => _host.Cluster.Store.Get("nodes", name)!.Value;

    private async Task<(HttpStatusCode Code, JsonObject Answer)> PostAsync(
        string key, string node, string? secret = "key", DateTimeOffset? time = null, CancellationToken cancel = default)
    {
        string body = new JsonObject
        {
            ["version"] = 1,
            ["action"] = "replace",
            ["recycle"] = new JsonObject { ["name"] = key, ["uid"] = key },
            ["node"] = new JsonObject { ["name"] = node, ["uid"] = Node(node).Uid() },
        }.ToJsonString();
        using var request = new HttpRequestMessage(HttpMethod.Post, _host.WebhookUrl);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        string at = (time ?? DateTimeOffset.UtcNow).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (secret is not null)
        {
            request.Headers.Add("NodeGuard-Signature", $"t={at},v1={WebhookRequest.Sign(secret, at, body)}");
        }

        using HttpResponseMessage response = await _client.SendAsync(request, cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(cancel))!.AsObject());
    }
}
