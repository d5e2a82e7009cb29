using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>
/// A container's way to a server that listens on this host's loopback alone: through a unix socket among the container's
/// files, since a socket's path is no matter of network namespaces.
/// </summary>
internal sealed class ApiRelay : IAsyncDisposable
{
    /// <summary>Where the container finds the server, as it is named in the server's own certificate.</summary>
    public const string Address = "127.0.0.1:16443";
    private const string SocketPath = "/srv/api.sock";
    private const string Unit = "lab-api";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, Task> _connections = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _last;

    private ApiRelay(string path, int target)
    {
        _target = target;
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    /// <param name="target">A port of this host's loopback.</param>
    public static async Task<ApiRelay> StartAsync(LabContainer container, int target)
    {
        var relay = new ApiRelay(container.HostPath(SocketPath), target);
        await container.WriteFileAsync($"/etc/systemd/system/{Unit}.socket", $"[Socket]\nListenStream={Address}\n");
        await container.WriteFileAsync($"/etc/systemd/system/{Unit}.service", $"[Service]\nExecStart=/lib/systemd/systemd-socket-proxyd {SocketPath}\n");
        await container.ExecAsync("systemctl", "daemon-reload");
        await container.ExecAsync("systemctl", "start", $"{Unit}.socket");
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client = await _listener.AcceptAsync(_stop.Token);
            _connections[_last++] = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var inside = new NetworkStream(client, ownsSocket: true);
        using var server = new TcpClient();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, ends.Token);
            NetworkStream outside = server.GetStream();
            await Task.WhenAny(inside.CopyToAsync(outside, ends.Token), outside.CopyToAsync(inside, ends.Token));
        }
        catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException)
        {
            // One side is gone.
        }

        await ends.CancelAsync();
    }
}
