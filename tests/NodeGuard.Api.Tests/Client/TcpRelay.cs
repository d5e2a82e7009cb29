using System.Net;
using System.Net.Sockets;

namespace NodeGuard.Api.Tests.Client;

/// <summary>
/// A wire between a client and any server that a test can cut or hold: bytes go through unread, so TLS stays that of the
/// server.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _open = [];
    private readonly Uri _server;
    private readonly Task _accepting;
    private TaskCompletionSource _flows = Done();

    public TcpRelay(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A copy of a kubeconfig that goes through a relay.</summary>
    public static (TcpRelay Relay, string Kubeconfig) Before(string kubeconfig, string directory)
    {
        string text = File.ReadAllText(kubeconfig);
        int at = text.IndexOf("https://", StringComparison.Ordinal);
        int end = text.IndexOfAny(['"', '\n', ',', '\''], at);
        var server = new Uri(text[at..end]);
        var relay = new TcpRelay(server);
        string copy = Path.Combine(directory, $"relay-{Guid.NewGuid():N}.kubeconfig");
        File.WriteAllText(copy, text.Replace(text[at..end], $"https://127.0.0.1:{relay.Port}", StringComparison.Ordinal));
        return (relay, copy);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections stay open and nothing comes through any more, in either direction.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            if (_flows.Task.IsCompleted)
                _flows = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Release() => _flows.TrySetResult();

    /// <summary>All connections end; new ones work.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            foreach (TcpClient client in _open)
                client.Dispose();
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Release();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                TcpClient near = await _listener.AcceptTcpClientAsync(_stop.Token);
                var far = new TcpClient { NoDelay = true };
                near.NoDelay = true;
                await far.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                lock (_lock)
                    _open.AddRange([near, far]);
                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The end, or a server that is not there: the client sees its connection closed.
            }
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                int read = await from.GetStream().ReadAsync(buffer, _stop.Token);
                await _flows.Task.WaitAsync(_stop.Token);
                if (read == 0)
                    break;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // One side went; the other follows.
        }

        from.Dispose();
        to.Dispose();
    }
}
