using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using NodeGuard.Core.Resolving;
using NodeGuard.Linux.Systemd.Config;

namespace NodeGuard.Linux.Resolving;

/// <summary>The nameservers that a host is configured with, asked themselves: what this process's own resolver knows is another thing.</summary>
/// <param name="host">The host's /etc and /run; its network is this process's.</param>
/// <param name="time">The clock.</param>
/// <param name="port">Of the servers.</param>
public sealed class HostNameservers(HostRoot host, TimeProvider time, int port = 53)
{
    private const string Configured = "/etc/resolv.conf";

    // Without the stub: the servers of the links, for programs that ask them past it.
    private const string Uplinks = "/run/systemd/resolve/resolv.conf";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>All are asked at once. Null where none is configured, or that cannot be read.</summary>
    public async Task<bool?> ResolveAsync(CancellationToken cancellation)
    {
        IReadOnlyList<IPAddress> configured = Read(Configured);
        IReadOnlyList<IPAddress> uplinks = configured.Any(ResolvConf.IsStub) ? [.. Read(Uplinks).Where(static server => !ResolvConf.IsStub(server))] : [];
        (IPAddress, DnsReply)[] replies = await Task.WhenAll(configured.Concat(uplinks).Select(async server => (server, await AskAsync(server, cancellation))));
        return NameResolution.Of(replies[..configured.Count], replies[configured.Count..]);
    }

    private IReadOnlyList<IPAddress> Read(string path) => host.Read(path) is FileText.Content content ? ResolvConf.Nameservers(content.Text) : [];

    private async Task<DnsReply> AskAsync(IPAddress server, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            // Nobody else's datagrams are heard then, and "unreachable" is.
            await socket.ConnectAsync(new IPEndPoint(server, port), both.Token);
            await socket.SendAsync(DnsQuestion.Of(id), both.Token);
            var packet = new byte[DnsQuestion.MaxAnswerBytes];
            while (true)
            {
                int length = await socket.ReceiveAsync(packet, both.Token);
                if (DnsQuestion.Read(packet.AsSpan(0, length), id) is var reply and not DnsReply.None)
                    return reply;
            }
        }
        catch (SocketException)
        {
            return DnsReply.None;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return DnsReply.None;
        }
    }
}
