using System.Net;
using System.Text.Json;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class ObserverApiTests : IAsyncLifetime
{
    private readonly FakeGuard _guard = new();
    private readonly ManualTime _time = new();
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly LoopHeartbeats _heartbeats;
    private readonly DependencyChecks _dependencies;
    private HttpTestServer _server = null!;

    public ObserverApiTests()
    {
        _metrics = new AgentMetrics(_exposition, "1.2.3");
        _heartbeats = new LoopHeartbeats(_time);
        _dependencies = new DependencyChecks(TimeProvider.System);
    }

    public Task InitializeAsync()
    {
        _server = HttpTestServer.OnLoopback(
            new ObserverApi(_exposition, _heartbeats, () => GuardReadiness.Of(_guard.Status), _dependencies).HandleAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _metrics.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public async Task Metrics_come_as_prometheus_text()
    {
        using HttpResponseMessage answer = await _server.Client.GetAsync("/metrics");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("nodeguard_build_info{version=\"1.2.3\"} 1\n");
    }

    [Fact]
    [Trait("Invariant", "12")]
    public async Task Liveness_follows_the_loops_and_nothing_else()
    {
        LoopHeartbeat loop = _heartbeats.Register("ledger", TimeSpan.FromSeconds(5));
        _guard.Status = _guard.Status with { State = GuardState.Failed };
        _dependencies.Add("D-Bus", _ => Task.FromResult(new DependencyAnswer(DependencyState.Failed, "gone")));

        (await StatusAsync("/livez")).ShouldBe((HttpStatusCode.OK, "ok\n"));

        _time.Advance(TimeSpan.FromSeconds(6));
        (await StatusAsync("/livez")).ShouldBe((HttpStatusCode.ServiceUnavailable, "loop ledger has not moved for 6.0 s; allowed: 5.0 s\n"));

        loop.Beat();
        (await StatusAsync("/livez")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(GuardState.Starting, HttpStatusCode.ServiceUnavailable)]
    [InlineData(GuardState.Guarding, HttpStatusCode.OK)]
    [InlineData(GuardState.NothingToGuardAgainst, HttpStatusCode.OK)]
    [InlineData(GuardState.Degraded, HttpStatusCode.OK)]
    [InlineData(GuardState.Restoring, HttpStatusCode.OK)]
    [InlineData(GuardState.Failed, HttpStatusCode.ServiceUnavailable)]
    public async Task Readiness_follows_the_guard(GuardState state, HttpStatusCode expected)
    {
        _guard.Status = _guard.Status with { State = state, Problems = ["the bus is gone"] };

        (HttpStatusCode status, string text) = await StatusAsync("/readyz");

        status.ShouldBe(expected);
        text.ShouldContain("the bus is gone\n");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Dependencies_that_cannot_be_told_are_unknown_and_never_healthy()
    {
        _dependencies.Add("networkd", _ => Task.FromResult(new DependencyAnswer(DependencyState.Ok, "running")));
        (await StatusAsync("/healthz/dependencies")).Status.ShouldBe(HttpStatusCode.OK);

        _dependencies.Add("broken", _ => throw new IOException("no such thing"));
        (HttpStatusCode status, string json) = await StatusAsync("/healthz/dependencies");

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        JsonSerializer.Deserialize(json, HostingJsonContext.Default.DependencyReport)!.Dependencies.ShouldBe(
        [
            new DependencyStatus("networkd", DependencyState.Ok, "running"),
            new DependencyStatus("broken", DependencyState.Unknown, "the check itself failed: no such thing"),
        ]);
    }

    [Fact]
    public async Task A_dependency_that_never_answers_holds_nothing_back()
    {
        var never = new TaskCompletionSource<DependencyAnswer>();
        _dependencies.Add("stuck", _ => never.Task);

        (HttpStatusCode status, string json) = await StatusAsync("/healthz/dependencies");

        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        json.ShouldContain("\"state\":\"unknown\"");
        json.ShouldContain("no answer within 2 s");
    }

    [Theory]
    [InlineData("GET", "/v1/status", HttpStatusCode.NotFound)]
    [InlineData("POST", "/v1/routes/restore", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/livez", HttpStatusCode.MethodNotAllowed)]
    public async Task Nothing_else_is_served_over_tcp(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using HttpResponseMessage answer = await _server.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(expected);
        JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ControlJsonContext.Default.ErrorResponse)!.Error.ShouldContain(path);
    }

    [Fact]
    public async Task Head_has_the_length_and_no_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, "/livez");
        using HttpResponseMessage answer = await _server.Client.SendAsync(request);

        answer.Content.Headers.ContentLength.ShouldBe(3);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    private async Task<(HttpStatusCode Status, string Text)> StatusAsync(string path)
    {
        using HttpResponseMessage answer = await _server.Client.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
