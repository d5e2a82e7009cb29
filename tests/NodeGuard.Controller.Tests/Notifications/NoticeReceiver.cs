using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Hosting.Http;

namespace NodeGuard.Controller.Tests.Notifications;

/// <summary>A receiver of notifications on this host, and what it was sent.</summary>
internal sealed class NoticeReceiver : IAsyncDisposable
{
    private HttpListenerServer? _server;

    /// <summary>Bodies, with the signature behind a blank; empty without one.</summary>
    public ConcurrentQueue<(string Body, string Signature, string Key)> Received { get; } = new();

    /// <summary>How it answers; each request is kept first.</summary>
    public Func<HttpContext, CancellationToken, Task> Answer { get; set; } = static (_, _) => Task.CompletedTask;

    public string Url => $"http://127.0.0.1:{_server!.Port}/hook/a-token-that-nobody-may-read";

    public static NoticeReceiver Start()
    {
        var receiver = new NoticeReceiver();
        receiver._server = HttpListenerServer.Start(
            new IPEndPoint(IPAddress.Loopback, 0), 32, receiver.TakeAsync, NullLoggerFactory.Instance, TimeProvider.System);
        return receiver;
    }

    public static Func<HttpContext, CancellationToken, Task> Status(int status) => (context, _) =>
    {
        context.Response.StatusCode = status;
        if (status is >= 300 and < 400)
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
        return Task.CompletedTask;
    };

    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _server, null)?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task TakeAsync(HttpContext context, CancellationToken cancellation)
    {
        using var reader = new StreamReader(context.Request.Body);
        string body = await reader.ReadToEndAsync(cancellation);
        Received.Enqueue((body, context.Request.Headers["NodeGuard-Signature"].ToString(), context.Request.Headers["Idempotency-Key"].ToString()));
        await Answer(context, cancellation);
    }
}
