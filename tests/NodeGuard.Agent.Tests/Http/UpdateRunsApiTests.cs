using System.Net;
using System.Text;
using System.Text.Json;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class UpdateRunsApiTests : IAsyncLifetime
{
    private readonly FakeRuns _runs = new();
    private HttpTestServer _server = null!;

    public Task InitializeAsync()
    {
        _server = HttpTestServer.OnSocket(new ControlApi(new FakeGuard(), runs: _runs).HandleAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_wish_is_begun_and_its_run_is_the_answer()
    {
        using HttpResponseMessage answer = await PostAsync("""{"by": "someone", "scope": "all", "despiteHazard": true}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        UpdateRun run = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ControlJsonContext.Default.UpdateRun)!;
        (run.By, run.Scope, run.Phase).ShouldBe(("someone", UpdateScope.All, UpdateRunPhase.Begun));
        _runs.Wished.ShouldBe(new UpdateWish { By = "someone", Scope = UpdateScope.All, DespiteHazard = true });
    }

    [Fact]
    public async Task What_is_refused_is_said()
    {
        _runs.Refuses = "dpkg broke off";

        using HttpResponseMessage answer = await PostAsync("""{"by": "someone", "scope": "security"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("dpkg broke off");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"scope\": \"all\"}")]
    [InlineData("{\"by\": null, \"scope\": \"all\"}")]
    [InlineData("{\"by\": \"x\", \"scope\": \"everything\"}")]
    [InlineData("{\"by\": \"x\", \"scope\": 1}")]
    public async Task What_is_no_wish_is_told_so(string body)
    {
        using HttpResponseMessage answer = await PostAsync(body);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("wanted is a JSON object with by and scope (security or all)");
        _runs.Wished.ShouldBeNull();
    }

    [Fact]
    public async Task A_body_without_end_is_not_read()
    {
        using HttpResponseMessage answer = await PostAsync($"{{\"by\": \"{new string('x', 5000)}\", \"scope\": \"all\"}}");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_history_and_a_log_are_told()
    {
        (await _server.Client.GetStringAsync("/v1/updates/runs")).ShouldBe("""{"runs":[],"problem":"one is torn"}""");
        (await _server.Client.GetStringAsync("/v1/updates/runs/a/log")).ShouldBe("""{"text":"log of a"}""");
        using HttpResponseMessage deleted = await _server.Client.DeleteAsync("/v1/updates/runs");
        deleted.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Where_nobody_updates_it_is_not_here()
    {
        await using HttpTestServer without = HttpTestServer.OnSocket(new ControlApi(new FakeGuard()).HandleAsync);

        foreach (string path in new[] { "/v1/updates/runs", "/v1/updates/runs/a/log" })
        {
            using HttpResponseMessage answer = await without.Client.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _server.Client.PostAsync("/v1/updates/runs", content);
    }

    private sealed class FakeRuns : IUpdateRuns
    {
        public UpdateWish? Wished { get; private set; }

        public string? Refuses { get; set; }

        public UpdateHistory History { get; } = new([], "one is torn");

        public string LogOf(string id) => $"log of {id}";

        public Task<UpdateAnswer> BeginAsync(UpdateWish wish, CancellationToken cancellation)
        {
            Wished = wish;
            return Task.FromResult(Refuses is null
                ? new UpdateAnswer(
                    new UpdateRun
                    {
                        Id = "a",
                        By = wish.By,
                        Scope = wish.Scope,
                        Wanted = [],
                        Deadline = DateTimeOffset.UnixEpoch,
                        BootId = "b",
                        BegunAt = DateTimeOffset.UnixEpoch,
                        Phase = UpdateRunPhase.Begun,
                        PhaseSince = DateTimeOffset.UnixEpoch,
                        Message = "",
                        Health = new HostHealth(),
                    },
                    null)
                : new UpdateAnswer(null, Refuses));
        }
    }
}
