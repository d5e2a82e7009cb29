using System.Net;
using System.Text;
using System.Text.Json;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Routing.Reports;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class ControlApiTests : IAsyncLifetime
{
    private readonly FakeGuard _guard = new();
    private HttpTestServer _server = null!;

    public Task InitializeAsync()
    {
        _server = HttpTestServer.OnSocket(new ControlApi(_guard).HandleAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public void Only_root_may_use_the_socket() =>
        File.GetUnixFileMode(_server.Socket!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

    [Fact]
    public async Task The_status_is_camel_case_enums_too()
    {
        _guard.Status = _guard.Status with { State = GuardState.NothingToGuardAgainst };

        string json = await _server.Client.GetStringAsync("/v1/status");

        json.ShouldContain("\"state\":\"nothingToGuardAgainst\"");
        json.ShouldContain("\"mode\":\"restore\"");
        json.ShouldContain("\"networkdPortIds\":[1]");
        json.ShouldNotContain("runningEpisode");
        JsonSerializer.Deserialize(json, ControlJsonContext.Default.GuardStatus)!.Foreign.ShouldBe(_guard.Status.Foreign);
    }

    [Fact]
    public async Task Objects_differences_and_episodes_are_read_back_by_the_same_context()
    {
        _guard.Episodes =
        [
            new EpisodeRecord
            {
                Id = "e1", StartedAt = DateTimeOffset.UnixEpoch, Cause = "unknown", Lost = ObjectCounts.None, Restored = ObjectCounts.None,
                NotRestorable = [new("x", "y")], Contention = 0, LongestGapMilliseconds = 0.5, MedianGapMilliseconds = 0.1,
            },
        ];

        (await GetAsync("/v1/routes", ControlJsonContext.Default.IReadOnlyListLedgerObject)).ShouldHaveSingleItem().ShouldBe(_guard.Objects[0]);
        (await GetAsync("/v1/routes/diff", ControlJsonContext.Default.IReadOnlyListLedgerDifference)).ShouldHaveSingleItem().Change.ShouldBe("missing");
        (await GetAsync("/v1/episodes", ControlJsonContext.Default.IReadOnlyListEpisodeRecord)).ShouldHaveSingleItem().NotRestorable[0].Reason.ShouldBe("y");
    }

    [Fact]
    public async Task Restore_is_a_post_and_reports_what_the_kernel_said()
    {
        using HttpResponseMessage answer = await _server.Client.PostAsync("/v1/routes/restore", null);

        RestoreReport report = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ControlJsonContext.Default.RestoreReport)!;
        (report.Missing, report.Restored).ShouldBe((2, 1));
        report.NotRestorable[0].Reason.ShouldBe("no route to the gateway");
        await ShouldFailAsync(HttpMethod.Get, "/v1/routes/restore", HttpStatusCode.MethodNotAllowed, "use POST");
        _guard.Calls.ShouldBe(["restore"]);
    }

    [Fact]
    public async Task Pins_are_put_and_deleted_by_object_id()
    {
        using HttpResponseMessage put = await _server.Client.PutAsync($"/v1/pins/{FakeGuard.ObjectId}", null);
        using HttpResponseMessage delete = await _server.Client.DeleteAsync($"/v1/pins/{FakeGuard.ObjectId}");

        (put.StatusCode, delete.StatusCode).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK));
        _guard.Calls.ShouldBe([$"pin {FakeGuard.ObjectId}", $"unpin {FakeGuard.ObjectId}"]);
        await ShouldFailAsync(HttpMethod.Put, "/v1/pins/ffffffffffff", HttpStatusCode.Conflict, "no object ffffffffffff is in the ledger");
    }

    [Theory]
    [InlineData("PUT", "/v1/pins/", 400, "no object id")]
    [InlineData("PUT", "/v1/pins/0123456789AB", 400, "no object id")]
    [InlineData("PUT", "/v1/pins/0123456789ab/x", 400, "no object id")]
    [InlineData("PUT", "/v1/pins/%0a%1b[31m", 400, "\"??[31m\" is no object id")]
    [InlineData("GET", "/v1/pins/0123456789ab", 405, "use PUT, DELETE")]
    [InlineData("POST", "/v1/status", 405, "use GET")]
    [InlineData("GET", "/v1", 404, "known: /v1/status")]
    [InlineData("GET", "/metrics", 404, "/metrics is not here")]
    [InlineData("GET", "/v1/../v1/nothing", 404, "is not here")]
    public async Task What_cannot_be_done_is_answered_with_one_sentence(string method, string path, int status, string sentence) =>
        await ShouldFailAsync(new HttpMethod(method), path, (HttpStatusCode)status, sentence);

    [Fact]
    public async Task A_failure_of_the_guard_is_an_answer_and_the_next_request_works()
    {
        _guard.ListFailure = new IOException("the kernel said ENOBUFS");

        await ShouldFailAsync(HttpMethod.Get, "/v1/routes", HttpStatusCode.InternalServerError, "the kernel said ENOBUFS");
        (await _server.Client.GetStringAsync("/v1/status")).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Watch_sends_each_event_as_a_line_at_once_and_ends_when_the_client_leaves()
    {
        using (HttpResponseMessage answer = await _server.Client.GetAsync("/v1/routes/watch", HttpCompletionOption.ResponseHeadersRead))
        {
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/x-ndjson");
            using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
            for (int i = 0; i < 2; i++)
            {
                _guard.Emit(new RouteEvent { At = DateTimeOffset.UnixEpoch, Kind = "lost", Object = $"rule {i}" });
                RouteEvent read = JsonSerializer.Deserialize((await lines.ReadLineAsync())!, ControlJsonContext.Default.RouteEvent)!;
                read.Object.ShouldBe($"rule {i}");
            }
        }

        await _guard.WatcherLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Stopping_the_server_ends_the_watchers()
    {
        using HttpResponseMessage answer = await _server.Client.GetAsync("/v1/routes/watch", HttpCompletionOption.ResponseHeadersRead);

        await _server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        await _guard.WatcherLeft.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _server = HttpTestServer.OnSocket(new ControlApi(_guard).HandleAsync);
    }

    [Fact]
    public async Task A_request_body_beyond_the_limit_does_no_harm()
    {
        using var body = new StringContent(new string('x', 1 << 20), Encoding.UTF8);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/nothing") { Content = body };
        try
        {
            using HttpResponseMessage answer = await _server.Client.SendAsync(request);
            answer.IsSuccessStatusCode.ShouldBeFalse();
        }
        catch (HttpRequestException)
        {
            // Kestrel may close the connection before it has all been sent.
        }

        (await _server.Client.GetStringAsync("/v1/status")).ShouldNotBeEmpty();
    }

    private async Task<T> GetAsync<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class =>
        JsonSerializer.Deserialize(await _server.Client.GetStringAsync(path), type).ShouldNotBeNull();

    private async Task ShouldFailAsync(HttpMethod method, string path, HttpStatusCode status, string sentence)
    {
        using var request = new HttpRequestMessage(method, path);
        using HttpResponseMessage answer = await _server.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(status);
        string json = await answer.Content.ReadAsStringAsync();
        JsonSerializer.Deserialize(json, ControlJsonContext.Default.ErrorResponse)!.Error.ShouldContain(sentence);
    }
}
