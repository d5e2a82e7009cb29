using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace NodeGuard.Controller.Tests.Replicas;

/// <summary>A way to a server on this machine that can be cut: bytes then go nowhere, and nobody is told.</summary>
internal sealed class CuttableProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, Task> _connections = new();
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _healed = new();
    private volatile bool _cut;
    private int _last;

    public CuttableProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => _cut = true;

    /// <summary>What was cut breaks; new connections get through.</summary>
    public void Heal()
    {
        _cut = false;
        Interlocked.Exchange(ref _healed, new CancellationTokenSource()).Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _healed.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _connections[_last++] = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        using (var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, ends.Token);
                await Task.WhenAny(
                    PumpAsync(client.GetStream(), server.GetStream(), ends.Token), PumpAsync(server.GetStream(), client.GetStream(), ends.Token));
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
            {
                // One side is gone.
            }

            await ends.CancelAsync();
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken stop)
    {
        byte[] buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, stop) is > 0 and var read)
        {
            if (_cut)
            {
                using var healed = CancellationTokenSource.CreateLinkedTokenSource(stop, _healed.Token);
                await Task.Delay(Timeout.Infinite, healed.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), stop);
        }
    }
}
