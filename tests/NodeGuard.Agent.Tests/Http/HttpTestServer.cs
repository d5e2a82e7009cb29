using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Agent.Tests.Http;

/// <summary>A handler behind the agent's own Kestrel, and a client to it.</summary>
internal sealed class HttpTestServer : IAsyncDisposable
{
    private readonly HttpListenerServer _server;
    private readonly TemporaryDirectory? _directory;

    private HttpTestServer(HttpListenerServer server, HttpClient client, string? socket, TemporaryDirectory? directory)
    {
        _server = server;
        Client = client;
        Socket = socket;
        _directory = directory;
    }

    public HttpClient Client { get; }

    public string? Socket { get; }

    public int Port => _server.Port;

    public bool IsAwake => _server.IsAwake;

    public static HttpTestServer OnLoopback(Func<HttpContext, CancellationToken, Task> handler, int connections = 16, TimeProvider? time = null)
    {
        HttpListenerServer server = HttpListenerServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), connections, handler, NullLoggerFactory.Instance, time ?? TimeProvider.System);
        return new HttpTestServer(server, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{server.Port}") }, null, null);
    }

    public static HttpTestServer OnSocket(Func<HttpContext, CancellationToken, Task> handler)
    {
        var directory = new TemporaryDirectory();
        string socket = directory.File("agent.sock");
        HttpListenerServer server = HttpListenerServer.Start(
            new UnixDomainSocketEndPoint(socket), 16, handler, NullLoggerFactory.Instance, TimeProvider.System);
        return new HttpTestServer(server, SocketClient(socket), socket, directory);
    }

    public static HttpClient SocketClient(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://agent") };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        _directory?.Dispose();
    }
}
