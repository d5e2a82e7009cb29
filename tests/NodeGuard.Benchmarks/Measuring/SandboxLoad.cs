using System.Net;
using System.Net.Http.Headers;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>
/// Clients of a sandbox over HTTPS: watchers, each of the config maps of one namespace, and writers that replace them without
/// pause.
/// </summary>
internal sealed class SandboxLoad : IAsyncDisposable
{
    private const int ObjectsPerNamespace = 10;
    private const int WatchersPerConnection = 25;

    private readonly SandboxEndpoint _server;
    private readonly HttpClient[] _watchers;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly int _namespaces;
    private long _written;
    private long _seen;
    private int _connected;

    private SandboxLoad(SandboxEndpoint server, int namespaces)
    {
        _server = server;
        _namespaces = namespaces;
        _watchers = [.. Enumerable.Range(0, 1 + (namespaces / WatchersPerConnection)).Select(_ => NewClient(server))];
    }

    public long Written => Interlocked.Read(ref _written);

    /// <summary>Events that watchers have read.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>How many watches were answered; more than watchers, where watches end and are renewed.</summary>
    public int Connected => Volatile.Read(ref _connected);

    /// <summary>Makes the namespaces and what is in them.</summary>
    public static async Task<SandboxLoad> StartAsync(SandboxEndpoint server, int namespaces)
    {
        var load = new SandboxLoad(server, namespaces);
        using PlainWriter writer = await PlainWriter.ConnectAsync(server, default);
        for (int i = 0; i < namespaces; i++)
        {
            await writer.SendAsync("POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{Namespace(i)}}"} }""", default);
            for (int n = 0; n < ObjectsPerNamespace; n++)
            {
                await writer.SendAsync("POST", Path(i), Body(n, 0), default);
            }
        }

        return load;
    }

    /// <summary>One watcher of each namespace, from now on.</summary>
    /// <param name="seconds">After which the server ends each watch, and a new one is begun.</param>
    public async Task WatchAsync(int seconds)
    {
        for (int i = 0; i < _namespaces; i++)
        {
            int watcher = i;
            _running.Add(Task.Run(() => WatchAsync(_watchers[watcher / WatchersPerConnection], watcher, seconds)));
        }

        while (Connected < _namespaces)
        {
            await Task.Delay(20, _stop.Token);
        }
    }

    public void Write(int writers)
    {
        for (int i = 0; i < writers; i++)
        {
            int writer = i;
            _running.Add(Task.Run(() => WriteAsync(writer, writers)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        foreach (HttpClient client in _watchers)
        {
            client.Dispose();
        }

        _stop.Dispose();
    }

    private async Task WriteAsync(int writer, int writers)
    {
        try
        {
            using PlainWriter connection = await PlainWriter.ConnectAsync(_server, _stop.Token);
            for (int round = writer; !_stop.IsCancellationRequested; round += writers)
            {
                int number = round / _namespaces % ObjectsPerNamespace;
                await connection.SendAsync("PUT", $"{Path(round % _namespaces)}/map-{number}", Body(number, round), _stop.Token);
                Interlocked.Increment(ref _written);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task WatchAsync(HttpClient client, int watcher, int seconds)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await using Stream stream = await client.GetStreamAsync(
                    $"{Path(watcher)}?watch=true&timeoutSeconds={seconds}", _stop.Token);
                Interlocked.Increment(ref _connected);
                int count;
                while ((count = await stream.ReadAsync(buffer, _stop.Token)) > 0)
                {
                    Interlocked.Add(ref _seen, buffer.AsSpan(0, count).Count((byte)'\n'));
                }
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or HttpRequestException && _stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private static HttpClient NewClient(SandboxEndpoint server)
    {
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.CertificateChainPolicy = PlainWriter.Trust(server);
        var client = new HttpClient(handler)
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
        return client;
    }

    private static string Namespace(int number) => $"load-{number}";

    private static string Path(int number) => $"/api/v1/namespaces/{Namespace(number)}/configmaps";

    private static string Body(int number, int round) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-{{number}}"},"data":{"round":"{{round}}","text":"{{new string('x', 400)}}"} }""";
}
