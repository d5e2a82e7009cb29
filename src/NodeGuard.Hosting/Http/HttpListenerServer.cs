using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace NodeGuard.Hosting.Http;

/// <summary>
/// One endpoint with one handler, without host builder or service container: half the memory, and the control API cannot
/// end up on TCP by a routing mistake.
/// </summary>
/// <remarks>
/// Kestrel runs from a connection until some time after the last one: while it runs, it wakes the process once a second. The
/// endpoint itself is listened on all the time.
/// </remarks>
public sealed class HttpListenerServer : IAsyncDisposable
{
    /// <summary>How long Kestrel waits for the next connection, at most twice that.</summary>
    public static readonly TimeSpan Linger = TimeSpan.FromSeconds(15);

    // As many as Kestrel itself lets wait.
    private const int Backlog = 512;

    private static readonly TimeSpan PauseOfRefusedAccept = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly Func<Task<KestrelRun>> _start;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private volatile KestrelRun? _running;

    private HttpListenerServer(
        Socket listener, int maxConnections, Func<HttpContext, CancellationToken, Task> handler, ILoggerFactory loggers, TimeProvider time)
    {
        _listener = listener;
        _time = time;
        _start = () => KestrelRun.StartAsync(listener.LocalEndPoint!, maxConnections, handler, loggers, _stopping.Token);
        Ended = Task.Run(RunAsync);
    }

    /// <summary>The port that a configured port 0 became; 0 for a unix socket.</summary>
    public int Port => (_listener.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>Completes when nothing is served any more; fails with the reason unless it was disposed of.</summary>
    public Task Ended { get; }

    /// <summary>Kestrel runs.</summary>
    public bool IsAwake => _running is not null;

    /// <param name="endPoint">Loopback TCP, or a unix socket whose stale file was already dealt with.</param>
    /// <param name="maxConnections">More are closed at once.</param>
    /// <param name="handler">Its token ends with the request or with the server.</param>
    /// <param name="loggers">For Kestrel and for failures of the handler.</param>
    /// <param name="time">The clock by which Kestrel rests.</param>
    /// <exception cref="SocketException">The endpoint cannot be bound.</exception>
    /// <exception cref="IOException">The unix socket cannot be made private.</exception>
    public static HttpListenerServer Start(
        EndPoint endPoint,
        int maxConnections,
        Func<HttpContext, CancellationToken, Task> handler,
        ILoggerFactory loggers,
        TimeProvider time) => new(Bind(endPoint), maxConnections, handler, loggers, time);

    /// <summary>Ends the running requests, streams included.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static Socket Bind(EndPoint endPoint)
    {
        Socket socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        try
        {
            if (endPoint is UnixDomainSocketEndPoint unix)
            {
                socket.Bind(unix);
                // Before listen(): until then nobody can connect, so there is no moment with the umask's mode.
                File.SetUnixFileMode(unix.ToString()!, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return socket;
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task RunAsync()
    {
        try
        {
            Task<Socket> next = AcceptAsync();
            while (true)
            {
                await Task.WhenAny(next);
                _stopping.Token.ThrowIfCancellationRequested();
                await using KestrelRun running = await _start();
                _running = running;
                do
                {
                    running.Serve(await next);
                    next = AcceptAsync();
                }
                while (await ComesSoonAsync(next, running));
                _running = null;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
        }
        finally
        {
            _running = null;
        }
    }

    /// <summary>True once a connection waits; false when none came while nobody was connected.</summary>
    private async Task<bool> ComesSoonAsync(Task<Socket> next, KestrelRun running)
    {
        bool connected = true;
        while (!next.IsCompleted && connected)
        {
            using var resting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            await Task.WhenAny(next, Task.Delay(Linger, _time, resting.Token));
            await resting.CancelAsync();
            connected = running.Connections > 0;
        }

        _stopping.Token.ThrowIfCancellationRequested();
        return next.IsCompleted;
    }

    private async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptAsync(_stopping.Token);
            }
            catch (SocketException)
            {
                // Reset while it waited, or this process has no descriptor left: the next one may be luckier.
                await Task.Delay(PauseOfRefusedAccept, _time, _stopping.Token);
            }
        }
    }
}
