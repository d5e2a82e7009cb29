using System.Net;
using System.Text.Json;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Tests.Updates;
using NodeGuard.Core.Updates.Pending;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class PendingApiTests : IAsyncLifetime
{
    private readonly FakePending _pending = new();
    private HttpTestServer _server = null!;

    public Task InitializeAsync()
    {
        _server = HttpTestServer.OnSocket(new ControlApi(new FakeGuard(), pending: _pending).HandleAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Get_looks_only_where_nothing_is_known_yet_and_post_looks_anew()
    {
        await _server.Client.GetStringAsync("/v1/updates/pending");
        await _server.Client.GetStringAsync("/v1/updates/pending");
        _pending.Looks.ShouldBe(1);

        using HttpResponseMessage answer = await _server.Client.PostAsync("/v1/updates/pending", null);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _pending.Looks.ShouldBe(2);
    }

    [Fact]
    public async Task It_is_read_back_by_the_same_context_and_says_enums_in_camel_case()
    {
        string json = await _server.Client.GetStringAsync("/v1/updates/pending");

        json.ShouldContain("\"keptBack\":\"none\"");
        json.ShouldContain("\"state\":\"hazard\"");
        json.ShouldNotContain("staleServices");
        PendingStatus read = JsonSerializer.Deserialize(json, ControlJsonContext.Default.PendingStatus)!;
        read.Updates.Packages.ShouldHaveSingleItem().Name.ShouldBe("systemd");
        read.Reboot.Required.ShouldBeNull();
    }

    [Fact]
    public async Task The_status_tells_the_hazard_once_it_is_known()
    {
        (await _server.Client.GetStringAsync("/v1/status")).ShouldNotContain("hazard");
        await _server.Client.GetStringAsync("/v1/updates/pending");

        (await _server.Client.GetStringAsync("/v1/status")).ShouldContain("\"hazard\":{\"state\":\"hazard\",\"reason\":\"because\"");
    }

    [Fact]
    public async Task Another_method_is_answered_with_those_that_are_allowed()
    {
        using HttpResponseMessage answer = await _server.Client.DeleteAsync("/v1/updates/pending");

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("use GET, POST");
    }

    [Fact]
    public async Task A_look_that_fails_is_an_answer()
    {
        _pending.Failure = new IOException("no file in memory for apt");

        using HttpResponseMessage answer = await _server.Client.GetAsync("/v1/updates/pending");

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("no file in memory for apt");
    }

    [Fact]
    public async Task Where_nobody_asks_the_tools_it_is_not_here()
    {
        await using HttpTestServer without = HttpTestServer.OnSocket(new ControlApi(new FakeGuard()).HandleAsync);

        using HttpResponseMessage answer = await without.Client.GetAsync("/v1/updates/pending");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    private sealed class FakePending : IPendingUpdates
    {
        public PendingStatus? Latest { get; private set; }

        public int Looks { get; private set; }

        public Exception? Failure { get; set; }

        public Task<PendingStatus> LookAsync(CancellationToken cancellation)
        {
            Looks++;
            if (Failure is not null)
            {
                return Task.FromException<PendingStatus>(Failure);
            }

            Latest = new PendingStatus
            {
                LookedAt = DateTimeOffset.UnixEpoch,
                Seconds = 1.5,
                Updates = FakePackages.Systemd,
                Reboot = new RebootNeed(null, ["unknown"]),
                Hazard = new Hazard(HazardState.Hazard, "because", ["systemd"]),
            };
            return Task.FromResult(Latest);
        }
    }
}
