using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Http;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Http;

public sealed class HostileHttpTests
{
    private static readonly string[] Pieces =
        ["GET ", "PUT ", "/v1/pins/", "/v1/status", " HTTP/1.1\r\n", "Host: a\r\n", "\r\n", "\0", "%00", "%", "..", "Content-Length: 99999999999\r\n", "Content-Length: -1\r\n", "Transfer-Encoding: chunked\r\n", "\r\nffffffffffffffff\r\n", ": x\r\n", "?", "#", "\u00e9", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];

    [Fact]
    public async Task Any_bytes_on_the_socket_leave_the_agent_answering()
    {
        await using HttpTestServer server = HttpTestServer.OnSocket(new ControlApi(new FakeGuard()).HandleAsync);
        var random = new Random(9871);
        for (int i = 0; i < FuzzScale.Cases(100); i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            await SendAsync(server.Socket!, Encoding.UTF8.GetBytes(text));
        }

        using HttpResponseMessage answer = await server.Client.GetAsync("/v1/status");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_the_first_ones_still_served()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(
            (context, _) => HttpAnswers.TextAsync(context, 200, "ok\n"), connections: 1);
        using HttpResponseMessage first = await server.Client.GetAsync("/");
        first.StatusCode.ShouldBe(HttpStatusCode.OK);

        using var second = new TcpClient();
        await second.ConnectAsync(IPAddress.Loopback, server.Port);
        int read = await ReadToEndAsync(second.GetStream());

        read.ShouldBe(0);
        using HttpResponseMessage again = await server.Client.GetAsync("/");
        again.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await using HttpTestServer server = HttpTestServer.OnLoopback(
            (context, _) => HttpAnswers.TextAsync(context, 200, "ok\n"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Long", new string('x', 9_000));

        using HttpResponseMessage answer = await server.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    private static async Task SendAsync(string path, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Eventually.TrueAsync(() => TryConnect(socket, path), "the server's backlog has room");
        try
        {
            await socket.SendAsync(bytes);
            socket.Shutdown(SocketShutdown.Send);
            using var stream = new NetworkStream(socket);
            await ReadToEndAsync(stream);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            // The server may have hung up on the first bytes already.
        }
    }

    // connect() to a unix socket answers EAGAIN at once when the backlog is full.
    private static bool TryConnect(Socket socket, string path)
    {
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            return false;
        }
    }

    private static async Task<int> ReadToEndAsync(NetworkStream stream)
    {
        byte[] buffer = new byte[4096];
        int total = 0;
        try
        {
            while (await stream.ReadAsync(buffer) is > 0 and int read)
            {
                total += read;
            }
        }
        catch (IOException)
        {
            // Reset instead of closed: as good an end as any.
        }

        return total;
    }
}
