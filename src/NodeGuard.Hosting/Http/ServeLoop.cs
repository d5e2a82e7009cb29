using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodeGuard.Hosting.Loops;

namespace NodeGuard.Hosting.Http;

/// <summary>
/// Keeps one endpoint served. A port in use or a read-only directory is told and tried again; it never holds back other
/// work.
/// </summary>
/// <param name="beforeBind">Makes room, as for a stale socket file; it may throw as a bind does.</param>
public sealed class ServeLoop(
    string what,
    EndPoint endPoint,
    int maxConnections,
    Func<HttpContext, CancellationToken, Task> handler,
    ILoggerFactory loggers,
    TimeProvider time,
    Action? beforeBind = null)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private readonly ILogger _log = loggers.CreateLogger("http");
    private string _lastReason = string.Empty;

    /// <summary>Told on each successful bind; tests ask for port 0.</summary>
    public Action<int>? Served { get; set; }

    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        HttpListenerServer? server = null;
        try
        {
            while (true)
            {
                heartbeat.Beat();
                if (server is { Ended.IsCompleted: true } ended)
                {
                    server = null;
                    TellOnce(ended.Ended.Exception?.GetBaseException().Message ?? "it has ended");
                    await ended.DisposeAsync();
                }

                server ??= TryStart();
                await Task.Delay(server is null ? Retry : Beat.Until(time), time, cancellation);
            }
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }

    private HttpListenerServer? TryStart()
    {
        try
        {
            beforeBind?.Invoke();
            HttpListenerServer server = HttpListenerServer.Start(endPoint, maxConnections, handler, loggers, time);
            HttpLog.Serving(_log, endPoint.ToString()!, what);
            _lastReason = string.Empty;
            Served?.Invoke(server.Port);
            return server;
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or InvalidOperationException)
        {
            TellOnce(e.Message);
            return null;
        }
    }

    private void TellOnce(string reason)
    {
        if (reason != _lastReason)
        {
            _lastReason = reason;
            HttpLog.NotServing(_log, endPoint.ToString()!, what, reason, Retry.TotalSeconds);
        }
    }
}
