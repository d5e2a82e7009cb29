using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NodeGuard.Hosting.Http;

/// <summary>
/// One Kestrel on one endpoint with one handler, without host builder or service container: half the memory, and the
/// control API cannot end up on TCP by a routing mistake.
/// </summary>
public sealed class HttpListenerServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly HandlerApplication _application;
    private readonly CancellationTokenSource _stopping;

    private HttpListenerServer(KestrelServer server, HandlerApplication application, CancellationTokenSource stopping)
    {
        _server = server;
        _application = application;
        _stopping = stopping;
    }

    /// <summary>The port that a configured port 0 became; 0 for a unix socket.</summary>
    public int Port =>
        _server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } address
        && Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? Math.Max(0, uri.Port) : 0;

    /// <param name="endPoint">Loopback TCP, or a unix socket whose stale file was already dealt with.</param>
    /// <param name="maxConnections">More are closed at once.</param>
    /// <param name="handler">Its token ends with the request or with the server.</param>
    /// <param name="loggers">For Kestrel and for failures of the handler.</param>
    /// <param name="cancellation">Of the start.</param>
    /// <exception cref="IOException">The endpoint cannot be bound.</exception>
    public static async Task<HttpListenerServer> StartAsync(
        EndPoint endPoint,
        int maxConnections,
        Func<HttpContext, CancellationToken, Task> handler,
        ILoggerFactory loggers,
        CancellationToken cancellation)
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

        var sockets = new SocketTransportOptions { CreateBoundListenSocket = Bind, IOQueueCount = 0 };
        var stopping = new CancellationTokenSource();
        var application = new HandlerApplication(handler, loggers.CreateLogger("http"), stopping.Token);
        var server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(sockets), loggers), loggers);
        try
        {
            await server.StartAsync(application, cancellation);
        }
        catch (Exception)
        {
            server.Dispose();
            stopping.Dispose();
            throw;
        }

        return new HttpListenerServer(server, application, stopping);
    }

    /// <summary>Ends the running requests, streams included.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _server.StopAsync(patience.Token);
        _server.Dispose();
        _application.Closed = true;
        _stopping.Dispose();
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

    private static Socket Bind(EndPoint endPoint)
    {
        if (endPoint is not UnixDomainSocketEndPoint unix)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(unix);
            // Before listen(): until then nobody can connect, so there is no moment with the umask's mode.
            File.SetUnixFileMode(unix.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class HandlerApplication(
        Func<HttpContext, CancellationToken, Task> handler, ILogger log, CancellationToken stopping) : IHttpApplication<HttpContext>
    {
        public bool Closed { get; set; }

        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }

        public async Task ProcessRequestAsync(HttpContext context)
        {
            if (Closed)
            {
                return;
            }

            using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            try
            {
                await handler(context, ends.Token);
            }
            catch (OperationCanceledException) when (ends.IsCancellationRequested)
            {
                // The client left, or we stop: there is nobody to answer.
            }
            catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
            {
                await TryErrorAsync(context, e.StatusCode, $"the request is not usable: {e.Message}");
            }
            catch (Exception e)
            {
                HttpLog.RequestFailed(log, e, context.Request.Method, HttpAnswers.Shown(context.Request.Path));
                await TryErrorAsync(context, StatusCodes.Status500InternalServerError, $"this process failed to answer: {e.Message}");
            }
        }

        private static async Task TryErrorAsync(HttpContext context, int status, string sentence)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.Clear();
                await HttpAnswers.ErrorAsync(context, status, sentence);
            }
            else
            {
                context.Abort();
            }
        }
    }
}
