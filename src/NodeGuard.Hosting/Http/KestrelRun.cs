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

    private readonly Channel<ConnectionContext> _given = Channel.CreateUnbounded<ConnectionContext>();
    private readonly SocketConnectionContextFactory _contexts;
    private readonly KestrelServer _server;
    private readonly HandlerApplication _application;
    private int _connections;

    private KestrelRun(EndPoint endPoint, KestrelServerOptions options, HandlerApplication application, ILoggerFactory loggers)
    {
        _application = application;
        _contexts = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions { IOQueueCount = 0 }, loggers.CreateLogger("http"));
        _server = new KestrelServer(Options.Create(options), new GivenConnections(endPoint, _given.Reader), loggers);
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
            run.Release();
            throw;
        }
    }

    public void Serve(Socket connection)
    {
        Interlocked.Increment(ref _connections);
        ConnectionContext context = _contexts.Create(connection);
        context.ConnectionClosed.UnsafeRegister(static run => Interlocked.Decrement(ref ((KestrelRun)run!)._connections), this);
        _given.Writer.TryWrite(context);
    }

    /// <summary>Ends what is still served.</summary>
    public async ValueTask DisposeAsync()
    {
        _given.Writer.Complete();
        using var patience = new CancellationTokenSource(StopPatience);
        await _server.StopAsync(patience.Token);
        Release();
        _application.Closed = true;
    }

    private void Release()
    {
        _server.Dispose();
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

    private sealed class GivenConnections(EndPoint endPoint, ChannelReader<ConnectionContext> given) : IConnectionListenerFactory, IConnectionListener
    {
        public EndPoint EndPoint => endPoint;

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken) => new(this);

        /// <returns>Null when there is no next one.</returns>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken) =>
            await given.WaitToReadAsync(cancellationToken) && given.TryRead(out ConnectionContext? next) ? next : null;

        public ValueTask UnbindAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
