using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Http;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

/// <summary>Kestrel runs while somebody is connected and a little longer, on a clock that a test moves.</summary>
public sealed class RestingServerTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Nobody_has_connected_and_nothing_runs()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(AnswerAsync, time: _time);

        _time.Advance(TimeSpan.FromDays(1));

        server.IsAwake.ShouldBeFalse();
    }

    [Fact]
    public async Task It_rests_after_the_last_connection_and_serves_the_next_one()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(AnswerAsync, time: _time);
        for (int turn = 0; turn < 3; turn++)
        {
            using (var client = new HttpClient { BaseAddress = server.Client.BaseAddress })
            {
                (await client.GetStringAsync("/")).ShouldBe("ok\n");
                server.IsAwake.ShouldBeTrue();
            }

            await RestsAsync(server);
        }
    }

    [Fact]
    public async Task A_connection_that_is_kept_open_is_served_however_long_it_is_silent()
    {
        var ends = new TaskCompletionSource();
        await using HttpTestServer server = HttpTestServer.OnLoopback(
            async (context, cancellation) =>
            {
                await context.Response.WriteAsync("first\n", cancellation);
                await context.Response.Body.FlushAsync(cancellation);
                await ends.Task.WaitAsync(cancellation);
                await context.Response.WriteAsync("last\n", cancellation);
            },
            time: _time);
        using Stream stream = await server.Client.GetStreamAsync("/");
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).ShouldBe("first");

        for (int i = 0; i < 20; i++)
        {
            await _time.UntilTimerWithin(HttpListenerServer.Linger).WaitAsync(TimeSpan.FromSeconds(30));
            _time.Advance(HttpListenerServer.Linger);
        }

        server.IsAwake.ShouldBeTrue();
        ends.SetResult();
        (await reader.ReadToEndAsync()).ShouldBe("last\n");
    }

    [Fact]
    public async Task Connections_that_it_refused_do_not_keep_it_awake()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(AnswerAsync, connections: 1, time: _time);
        using (var first = new TcpClient())
        {
            await first.ConnectAsync(IPAddress.Loopback, server.Port);
            await Eventually.TrueAsync(() => server.IsAwake, "the first one wakes it");
            for (int i = 0; i < 5; i++)
            {
                using var refused = new TcpClient();
                await refused.ConnectAsync(IPAddress.Loopback, server.Port);
                (await EndsAsync(refused)).ShouldBeTrue();
            }
        }

        await RestsAsync(server);
    }

    [Fact]
    public async Task Whoever_comes_while_it_goes_to_rest_is_served()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(AnswerAsync, time: _time);
        for (int i = 0; i < 50; i++)
        {
            using var client = new HttpClient { BaseAddress = server.Client.BaseAddress };
            Task<string> asked = client.GetStringAsync("/");
            _time.Advance(HttpListenerServer.Linger);
            (await asked).ShouldBe("ok\n");
        }
    }

    private static Task AnswerAsync(HttpContext context, CancellationToken cancellation) => HttpAnswers.TextAsync(context, 200, "ok\n");

    private async Task RestsAsync(HttpTestServer server) => await Eventually.TrueAsync(
        () =>
        {
            _time.Advance(HttpListenerServer.Linger);
            return !server.IsAwake;
        },
        "it rests");

    private static async Task<bool> EndsAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[1]) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
