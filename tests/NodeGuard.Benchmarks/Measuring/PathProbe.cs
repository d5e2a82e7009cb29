using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Benchmarks.Measuring;

/// <param name="LongestOutage">Most probes lost in a row, in milliseconds since there is one each.</param>
internal sealed record ProbeResult(int Sent, int Lost, int LongestOutage);

/// <summary>
/// A datagram each millisecond from inside a container to an address at its peer that only a foreign rule, and the
/// foreign route behind it, lead to.
/// </summary>
internal sealed class PathProbe : IDisposable
{
    public const string Target = "198.51.100.1";

    // Not the address of host0: systemd 252 takes its own address away and gives it back at every start.
    private const string Source = "198.51.100.2";
    private const int Port = 4711;
    private const int Priority = 15;
    private const long Interval = 1_000_000;
    private const int MostProbes = 600_000;

    private readonly EventFd _never = new();
    private readonly bool[] _arrived = new bool[MostProbes];
    private readonly NamespaceThread _sender;
    private readonly NamespaceThread _receiver;
    private int _sent;
    private int _received;
    private volatile bool _stopping;

    /// <summary><see cref="PrepareAsync"/> and the rule and route to <see cref="Target"/> come first.</summary>
    public PathProbe(LabContainer container)
    {
        _receiver = new NamespaceThread("probe receiver", $"/run/netns/{container.PeerNamespace}", Priority, Receive);
        _sender = new NamespaceThread("probe sender", $"/proc/{container.Leader}/ns/net", Priority, Send);
    }

    public int Sent => Volatile.Read(ref _sent);

    public int Received => Volatile.Read(ref _received);

    /// <summary>The target at the peer, the source on lo, which networkd does not manage, and no default route, by which a probe would find its way without the rule.</summary>
    public static async Task PrepareAsync(LabContainer container)
    {
        (await container.PeerAsync("ip", "addr", "add", $"{Target}/32", "dev", "lo")).Succeeded();
        (await container.PeerAsync("ip", "route", "add", $"{Source}/32", "dev", "peer0")).Succeeded();
        await container.IpAsync("addr", "add", $"{Source}/32", "dev", "lo");

        // The file acts at networkd's next start; until then networkd does not put the route back.
        string file = container.ProcPath("/etc/systemd/network/10-host0.network");
        IEnumerable<string> lines = await File.ReadAllLinesAsync(file);
        await File.WriteAllLinesAsync(file, lines.Where(line => !line.StartsWith("Gateway=", StringComparison.Ordinal)));
        await container.IpAsync("-4", "route", "del", "default");
    }

    /// <summary>Ends the sending, waits for what is under way, and counts.</summary>
    public ProbeResult Stop()
    {
        StopThreads();
        int lost = 0;
        int outage = 0;
        int longest = 0;
        for (int i = 0; i < _sent; i++)
        {
            outage = _arrived[i] ? 0 : outage + 1;
            lost += _arrived[i] ? 0 : 1;
            longest = Math.Max(longest, outage);
        }

        return new ProbeResult(_sent, lost, longest);
    }

    public void Dispose()
    {
        StopThreads();
        _never.Dispose();
    }

    private void StopThreads()
    {
        _stopping = true;
        _sender.Join();
        _receiver.Join();
    }

    private void Send()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Source), 0));
        socket.Connect(IPAddress.Parse(Target), Port);
        var timer = new NetlinkPoll([_never.Descriptor]);
        Span<byte> number = stackalloc byte[sizeof(int)];
        long next = Clock.MonotonicNanoseconds();
        while (!_stopping && _sent < MostProbes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, _sent);

            // "Network is unreachable" is a lost probe like any other.
            socket.Send(number, SocketFlags.None, out SocketError _);
            Volatile.Write(ref _sent, _sent + 1);
            next += Interval;
            timer.Wait(Math.Max(next - Clock.MonotonicNanoseconds(), 0));
        }
    }

    private void Receive()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };
        socket.Bind(new IPEndPoint(IPAddress.Parse(Target), Port));
        Span<byte> number = stackalloc byte[sizeof(int)];
        while (true)
        {
            int length = socket.Receive(number, SocketFlags.None, out SocketError outcome);
            if (outcome == SocketError.Success && length == sizeof(int))
            {
                int index = BinaryPrimitives.ReadInt32LittleEndian(number);
                _arrived[index] = true;
                Volatile.Write(ref _received, _received + 1);
            }
            else if (_stopping)
            {
                return;
            }
        }
    }
}
