using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Core.Updates.Runs;

namespace NodeGuard.Cli.Control;

/// <summary>Asks the running agent over its unix socket (HTTP/1.1). Failures are values; only cancellation throws.</summary>
public sealed class ControlClient : IDisposable
{
    // The host part of the address is never looked at: the connection goes to the socket.
    private static readonly Uri Base = new("http://agent/v1/");

    private const string PendingPath = "updates/pending";
    private const string RunsPath = "updates/runs";

    // The agent asks six tools, one after the other; a busy host takes its time.
    private static readonly TimeSpan PackageTools = TimeSpan.FromMinutes(5);
    private readonly string _socketPath;
    private readonly TimeSpan _timeout;
    private readonly HttpClient _http;

    public ControlClient(string socketPath, TimeSpan? timeout = null)
    {
        _socketPath = socketPath;
        _timeout = timeout ?? TimeSpan.FromSeconds(30);
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = Base,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Task<ControlAnswer<GuardStatus>> StatusAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "status", ControlJsonContext.Default.GuardStatus, cancellation);

    public Task<ControlAnswer<List<LedgerObject>>> ListAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "routes", ControlJsonContext.Default.ListLedgerObject, cancellation);

    public Task<ControlAnswer<List<LedgerDifference>>> DiffAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "routes/diff", ControlJsonContext.Default.ListLedgerDifference, cancellation);

    /// <summary>Newest first.</summary>
    public Task<ControlAnswer<List<EpisodeRecord>>> EpisodesAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "episodes", ControlJsonContext.Default.ListEpisodeRecord, cancellation);

    public Task<ControlAnswer<UpdatesStatus>> UpdatesAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "updates", ControlJsonContext.Default.UpdatesStatus, cancellation);

    /// <param name="now">Ask the host's package tools now, which takes seconds.</param>
    /// <param name="cancellation">Of the caller.</param>
    public Task<ControlAnswer<PendingStatus>> PendingAsync(bool now, CancellationToken cancellation) =>
        AskAsync(now ? HttpMethod.Post : HttpMethod.Get, PendingPath, ControlJsonContext.Default.PendingStatus, cancellation, _timeout + PackageTools);

    /// <summary>Newest first.</summary>
    public Task<ControlAnswer<UpdateHistory>> UpdateHistoryAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, RunsPath, ControlJsonContext.Default.UpdateHistory, cancellation);

    public Task<ControlAnswer<UpdateLog>> UpdateLogAsync(string id, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, $"{RunsPath}/{Uri.EscapeDataString(id)}/log", ControlJsonContext.Default.UpdateLog, cancellation);

    /// <summary>Begins an update; the agent asks the host's package tools first, which takes seconds.</summary>
    public Task<ControlAnswer<UpdateRun>> UpdateAsync(UpdateWish wish, CancellationToken cancellation) => AskAsync(
        HttpMethod.Post, RunsPath, ControlJsonContext.Default.UpdateRun, cancellation, _timeout + PackageTools,
        JsonSerializer.SerializeToUtf8Bytes(wish, ControlJsonContext.Default.UpdateWish));

    public Task<ControlAnswer<RestoreReport>> RestoreAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "routes/restore", ControlJsonContext.Default.RestoreReport, cancellation);

    public Task<ControlAnswer<PinOutcome>> PinAsync(string objectId, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Put, "pins/" + Uri.EscapeDataString(objectId), ControlJsonContext.Default.PinOutcome, cancellation);

    public Task<ControlAnswer<PinOutcome>> UnpinAsync(string objectId, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Delete, "pins/" + Uri.EscapeDataString(objectId), ControlJsonContext.Default.PinOutcome, cancellation);

    /// <summary>Events until the agent closes the stream or breaks off; a break is the last answer.</summary>
    public async IAsyncEnumerable<ControlAnswer<RouteEvent>> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "routes/watch");
        var (response, failure) = await SendAsync(request, "routes/watch", cancellation);
        if (response is null)
        {
            yield return new(failure!);
            yield break;
        }

        using (response)
        using (var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation)))
        {
            while (await ReadEventAsync(reader, cancellation) is { } answer)
            {
                yield return answer;
                if (!answer.TryGet(out _, out _))
                    yield break;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ControlAnswer<RouteEvent>?> ReadEventAsync(StreamReader reader, CancellationToken cancellation)
    {
        try
        {
            string? line;
            do
                line = await reader.ReadLineAsync(cancellation);
            while (line is { Length: 0 });
            if (line is null)
                return null;
            return JsonSerializer.Deserialize(line, ControlJsonContext.Default.RouteEvent) is { } routeEvent
                ? new(routeEvent)
                : new(ControlFailureText.NotUnderstood(_socketPath, "routes/watch", "null"));
        }
        catch (JsonException broken)
        {
            return new(ControlFailureText.NotUnderstood(_socketPath, "routes/watch", broken.Message));
        }
        catch (Exception gone) when (gone is IOException or HttpRequestException)
        {
            return new(ControlFailureText.BrokeOff(_socketPath));
        }
    }

    private async Task<ControlAnswer<T>> AskAsync<T>(
        HttpMethod method, string path, JsonTypeInfo<T> type, CancellationToken cancellation, TimeSpan? patience = null, byte[]? body = null)
        where T : class
    {
        var timeout = patience ?? _timeout;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new ByteArrayContent(body) };
            var (response, failure) = await SendAsync(request, path, deadline.Token);
            if (response is null)
                return new(failure!);
            using (response)
            {
                var content = await response.Content.ReadAsStreamAsync(deadline.Token);
                return await JsonSerializer.DeserializeAsync(content, type, deadline.Token) is { } value
                    ? new(value)
                    : new(ControlFailureText.NotUnderstood(_socketPath, path, "null"));
            }
        }
        catch (JsonException broken)
        {
            return new(ControlFailureText.NotUnderstood(_socketPath, path, broken.Message));
        }
        catch (Exception gone) when (gone is IOException or HttpRequestException)
        {
            return new(ControlFailureText.BrokeOff(_socketPath));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(ControlFailureText.TimedOut(_socketPath, path, timeout));
        }
    }

    private async Task<(HttpResponseMessage? Response, ControlFailure? Failure)> SendAsync(
        HttpRequestMessage request, string path, CancellationToken cancellation)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException failed)
        {
            return (null, ControlFailureText.NotConnected(_socketPath, failed));
        }

        if (response.IsSuccessStatusCode)
            return (response, null);
        using (response)
            return (null, await RefusalAsync(response, path, cancellation));
    }

    private async Task<ControlFailure> RefusalAsync(HttpResponseMessage response, string path, CancellationToken cancellation)
    {
        try
        {
            var content = await response.Content.ReadAsStreamAsync(cancellation);
            var error = await JsonSerializer.DeserializeAsync(content, ControlJsonContext.Default.ErrorResponse, cancellation);
            if (error?.Error is { Length: > 0 } sentence)
                return new(ControlFailureKind.Refused, path == PendingPath && response.StatusCode is HttpStatusCode.NotFound ? ControlFailureText.PendingNotKnown : sentence);
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or HttpRequestException)
        {
            // The status alone has to do.
        }

        return response.StatusCode is HttpStatusCode.NotFound
            ? ControlFailureText.NotUnderstood(_socketPath, path, "404 Not Found")
            : new(ControlFailureKind.Refused, $"the agent refused /v1/{path} with status {(int)response.StatusCode}; its journal says why: journalctl -u nodeguard-agent");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
