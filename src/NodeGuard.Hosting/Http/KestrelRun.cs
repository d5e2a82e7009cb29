using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NodeGuard.Hosting.Http;

/// <summary>A Kestrel that listens nowhere: it serves the connections that it is given.</summary>
internal sealed class KestrelRun : IAsyncDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(2);

    private readonly GivenConnections _given;
    private readonly SocketConnectionContextFactory _contexts;
    private readonly KestrelServer _server;
    private readonly HandlerApplication _application;
    private int _connections;

    private KestrelRun(EndPoint endPoint, KestrelServerOptions options, HandlerApplication application, ILoggerFactory loggers)
    {
        _application = application;
        _given = new GivenConnections(endPoint);
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions { IOQueueCount = 0 }, loggers.CreateLogger("http"));
        _server = new KestrelServer(Options.Create(options), _given, loggers);
    }

    /// <summary>Given and not closed yet.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static async Task<KestrelRun> StartAsync(
        EndPoint endPoint,
        int maxConnections,
        Func<HttpContext, CancellationToken, Task> handler,
        ILoggerFactory loggers,
        CancellationToken stopping)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        SetLimits(options.Limits, maxConnections);
        if (endPoint is UnixDomainSocketEndPoint unix)
        {
            options.ListenUnixSocket(unix.ToString()!);
        }
        else
        {
            options.Listen((IPEndPoint)endPoint, listen => listen.Protocols = HttpProtocols.Http1);
        }

        var run = new KestrelRun(endPoint, options, new HandlerApplication(handler, loggers.CreateLogger("http"), stopping), loggers);
        try
        {
            await run._server.StartAsync(run._application, stopping);
            return run;
        }
        catch (Exception)
        {
            await run.ReleaseAsync();
            throw;
        }
    }

    public void Serve(Socket connection)
    {
        Interlocked.Increment(ref _connections);
        ConnectionContext context = _contexts.Create(connection);
        context.ConnectionClosed.UnsafeRegister(static run => Interlocked.Decrement(ref ((KestrelRun)run!)._connections), this);
        _given.Give(context);
    }

    /// <summary>Ends what is still served.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopPatience);
        await _server.StopAsync(patience.Token);
        await ReleaseAsync();
        _application.Closed = true;
    }

    private async ValueTask ReleaseAsync()
    {
        _server.Dispose();
        await _given.DisposeAsync();
        _contexts.Dispose();
    }

    private static void SetLimits(KestrelServerLimits limits, int maxConnections)
    {
        limits.MaxConcurrentConnections = maxConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        limits.MaxRequestBodySize = 4 * 1024;
        limits.MaxRequestBufferSize = 16 * 1024;
        limits.MaxRequestHeadersTotalSize = 8 * 1024;
        limits.MaxRequestLineSize = 2 * 1024;
        limits.MaxRequestHeaderCount = 40;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(5);
        // Longer than the usual scrape intervals, so that a scraper keeps its connection.
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(90);
    }

    /// <summary>What Kestrel takes for its endpoint.</summary>
    private sealed class GivenConnections(EndPoint endPoint) : IConnectionListenerFactory, IConnectionListener
    {
        private readonly Channel<ConnectionContext> _given = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => endPoint;

        public void Give(ConnectionContext connection) => _given.Writer.TryWrite(connection);

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) => new(this);

        /// <returns>Null when there will be no more.</returns>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken) =>
            await _given.Reader.WaitToReadAsync(cancellationToken) && _given.Reader.TryRead(out ConnectionContext? next) ? next : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken)
        {
            _given.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync(CancellationToken.None);
    }
}
