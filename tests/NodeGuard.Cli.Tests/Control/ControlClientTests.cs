using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using NodeGuard.Cli.Control;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Control;

public sealed class ControlClientTests
{
    [Fact]
    public async Task No_socket_means_the_agent_is_not_running()
    {
        var failure = await FailureAsync("/nonexistent/agent.sock");

        failure.Kind.ShouldBe(ControlFailureKind.Unreachable);
        failure.Message.ShouldContain("not running");
        failure.Message.ShouldContain("/nonexistent/agent.sock");
        failure.Message.ShouldContain("systemctl start nodeguard-agent");
    }

    [Fact]
    public async Task A_socket_that_nobody_serves_means_the_agent_has_stopped()
    {
        var directory = Directory.CreateTempSubdirectory("nodeguard-cli-");
        var path = Path.Combine(directory.FullName, "s");
        // Bound and not listening refuses just as a socket does that its process left behind.
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint(path));

        var failure = await FailureAsync(path);
        directory.Delete(recursive: true);

        failure.Kind.ShouldBe(ControlFailureKind.Unreachable);
        failure.Message.ShouldContain("has stopped");
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_is_said()
    {
        var failure = await FailureAsync("/" + new string('x', 200));

        failure.Message.ShouldContain("1 to 107 bytes");
    }

    [Fact]
    public async Task A_refusal_is_the_agents_own_sentence()
    {
        await using var agent = await AgentServer.StartAsync(async http =>
        {
            http.Response.StatusCode = StatusCodes.Status409Conflict;
            await http.Response.WriteAsync("""{"error":"the guard is starting; ask again in a second"}""");
        });

        var failure = await FailureAsync(agent.Socket);

        failure.ShouldBe(new ControlFailure(ControlFailureKind.Refused, "the guard is starting; ask again in a second"));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"state\":\"guarding\",\"mode\":17}")]
    public async Task An_answer_of_another_shape_is_not_understood_rather_than_fine(string body)
    {
        await using var agent = await AgentServer.StartAsync(http => http.Response.WriteAsync(body));

        var failure = await FailureAsync(agent.Socket);

        failure.Kind.ShouldBe(ControlFailureKind.NotUnderstood);
        failure.Message.ShouldContain("--version");
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_said()
    {
        await using var agent = await AgentServer.StartAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("{\"state\":"));
            await http.Response.Body.FlushAsync();
            http.Abort();
        });

        (await FailureAsync(agent.Socket)).Message.ShouldContain("broke off");
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_is_given_up()
    {
        await using var agent = await AgentServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var client = new ControlClient(agent.Socket, TimeSpan.FromMilliseconds(50));

        (await client.StatusAsync(CancellationToken.None)).TryGet(out _, out var failure).ShouldBeFalse();

        failure.ShouldNotBeNull().Message.ShouldContain("did not answer /v1/status within");
    }

    [Fact]
    public async Task An_id_cannot_leave_its_path_segment()
    {
        var paths = new List<string>();
        await using var agent = await AgentServer.StartAsync(http =>
        {
            paths.Add(http.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget);
            return http.Response.WriteAsync("""{"done":true,"message":"x"}""");
        });
        using var client = new ControlClient(agent.Socket);

        await client.PinAsync("../status?x", CancellationToken.None);

        paths.ShouldBe(["/v1/pins/..%2Fstatus%3Fx"]);
    }

    private static async Task<ControlFailure> FailureAsync(string socket)
    {
        using var client = new ControlClient(socket);
        (await client.StatusAsync(CancellationToken.None)).TryGet(out _, out var failure).ShouldBeFalse();
        return failure.ShouldNotBeNull();
    }
}
