using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Resources;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>
/// A sandbox's API server in this process, with clients of it over HTTPS: watchers, each of the config maps of one namespace,
/// and writers that replace them without pause.
/// </summary>
internal sealed class SandboxLoad : IAsyncDisposable
{
    private const int ObjectsPerNamespace = 10;
    private const int WatchersPerConnection = 25;

    private readonly SandboxServer _server;
    private readonly HttpClient[] _clients;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private readonly int _namespaces;
    private long _written;
    private long _seen;
    private int _connected;

    private SandboxLoad(SandboxServer server, int namespaces)
    {
        _server = server;
        _namespaces = namespaces;
        _clients = [.. Enumerable.Range(0, 1 + (namespaces / WatchersPerConnection)).Select(_ => NewClient(server))];
    }

    public long Written => Interlocked.Read(ref _written);

    /// <summary>Events that watchers have read.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>How many watches were answered; more than watchers, where watches end and are renewed.</summary>
    public int Connected => Volatile.Read(ref _connected);

    public static async Task<SandboxLoad> StartAsync(int namespaces)
    {
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        InitialObjects.AddTo(cluster);
        var load = new SandboxLoad(await SandboxServer.StartAsync(cluster), namespaces);
        for (int i = 0; i < namespaces; i++)
        {
            await load.SendAsync(HttpMethod.Post, "/api/v1/namespaces", $$"""{"metadata":{"name":"{{Namespace(i)}}"} }""");
            for (int n = 0; n < ObjectsPerNamespace; n++)
            {
                await load.SendAsync(HttpMethod.Post, Path(i), Body(n, 0));
            }
        }

        return load;
    }

    /// <summary>One watcher of each namespace, from now on.</summary>
    /// <param name="seconds">After which the server ends each watch, and a new one is begun.</param>
    public async Task WatchAsync(int seconds)
    {
        string version = $"{_server.Cluster.Store.Revision}";
        for (int i = 0; i < _namespaces; i++)
        {
            int watcher = i;
            _running.Add(Task.Run(() => WatchAsync(_clients[1 + (watcher / WatchersPerConnection)], watcher, version, seconds)));
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
        foreach (HttpClient client in _clients)
        {
            client.Dispose();
        }

        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int writer, int writers)
    {
        try
        {
            for (int round = writer; !_stop.IsCancellationRequested; round += writers)
            {
                int number = round / _namespaces % ObjectsPerNamespace;
                await SendAsync(HttpMethod.Put, $"{Path(round % _namespaces)}/map-{number}", Body(number, round));
                Interlocked.Increment(ref _written);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task WatchAsync(HttpClient client, int watcher, string version, int seconds)
    {
        byte[] buffer = new byte[65536];
        string from = $"&resourceVersion={version}";
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                await using Stream stream = await client.GetStreamAsync(
                    $"{Path(watcher)}?watch=true&timeoutSeconds={seconds}{from}", _stop.Token);
                Interlocked.Increment(ref _connected);
                int count;
                while ((count = await stream.ReadAsync(buffer, _stop.Token)) > 0)
                {
                    Interlocked.Add(ref _seen, buffer.AsSpan(0, count).Count((byte)'\n'));
                }

                from = "";
            }
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or HttpRequestException && _stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task SendAsync(HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _clients[0].SendAsync(request, _stop.Token);
        answer.EnsureSuccessStatusCode();
        await answer.Content.CopyToAsync(Stream.Null, _stop.Token);
    }

    private static HttpClient NewClient(SandboxServer server)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(server.AuthorityPem);
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        handler.SslOptions.CertificateChainPolicy = policy;
        var client = new HttpClient(handler)
        {
            BaseAddress = new Uri(server.Address),
            DefaultRequestVersion = HttpVersion.Version20,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.AdminToken);
        return client;
    }

    private static string Namespace(int number) => $"load-{number}";

    private static string Path(int number) => $"/api/v1/namespaces/{Namespace(number)}/configmaps";

    private static string Body(int number, int round) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"map-{{number}}"},"data":{"round":"{{round}}","text":"{{new string('x', 400)}}"} }""";
}
