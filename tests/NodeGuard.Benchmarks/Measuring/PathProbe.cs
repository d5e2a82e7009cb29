using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>A datagram on each <see cref="ProbePath"/> each millisecond.</summary>
/// <remarks>
/// One sender with one timer, and one receiver with one socket, serve both paths. These threads come before the guard's, and
/// where cores are few it waits for whichever of them runs: a second pair would wake twice as often to tell no more. So the
/// two probes of a millisecond also tell of one instant, some 10 us apart.
/// </remarks>
internal sealed class PathProbe : IDisposable
{
    private const int Port = 4711;
    private const int Priority = 15;
    private const long Interval = 1_000_000;
    private const int MostProbes = 600_000;

    // In a datagram: its number, then which path it was sent on.
    private const int PathOffset = sizeof(int);
    private const int DatagramLength = PathOffset + 1;

    private readonly EventFd _never = new();
    private readonly Arrivals _byRule = new();
    private readonly Arrivals _byGateway = new();
    private readonly NamespaceThread _sender;
    private readonly NamespaceThread _receiver;
    private int _sent;
    private volatile bool _stopping;

    /// <summary><see cref="ProbePath.AddEndsAsync"/> and the paths' rules and routes come first.</summary>
    public PathProbe(LabContainer container)
    {
        _receiver = new NamespaceThread("probe receiver", $"/run/netns/{container.PeerNamespace}", Priority, Receive);
        _sender = new NamespaceThread("probe sender", $"/proc/{container.Leader}/ns/net", Priority, Send);
    }

    public ProbeProgress Progress => new(Volatile.Read(ref _sent), _byRule.Count, _byGateway.Count);

    /// <summary>Ends the sending, waits for what is under way, and counts.</summary>
    public ProbeResults Stop()
    {
        StopThreads();
        return new ProbeResults(_byRule.ResultOf(_sent), _byGateway.ResultOf(_sent));
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
        using Socket byRule = Connected(ProbePath.RulePath);
        using Socket byGateway = Connected(ProbePath.GatewayPath);
        var timer = new NetlinkPoll([_never.Descriptor]);
        Span<byte> datagram = stackalloc byte[DatagramLength];
        long next = Clock.MonotonicNanoseconds();
        while (!_stopping && _sent < MostProbes)
        {
            BinaryPrimitives.WriteInt32LittleEndian(datagram, _sent);

            // "Network is unreachable" is a lost probe like any other.
            datagram[PathOffset] = (byte)Path.Rule;
            byRule.Send(datagram, SocketFlags.None, out SocketError _);
            datagram[PathOffset] = (byte)Path.Gateway;
            byGateway.Send(datagram, SocketFlags.None, out SocketError _);
            Volatile.Write(ref _sent, _sent + 1);
            next += Interval;
            timer.Wait(Math.Max(next - Clock.MonotonicNanoseconds(), 0));
        }
    }

    private static Socket Connected(ProbePath path)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(path.Source), 0));
        socket.Connect(IPAddress.Parse(path.Target), Port);
        return socket;
    }

    private void Receive()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 100 };
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        Span<byte> datagram = stackalloc byte[DatagramLength];
        while (true)
        {
            int length = socket.Receive(datagram, SocketFlags.None, out SocketError outcome);
            if (outcome == SocketError.Success && length == DatagramLength)
            {
                Arrivals arrivals = datagram[PathOffset] == (byte)Path.Rule ? _byRule : _byGateway;
                arrivals.Note(BinaryPrimitives.ReadInt32LittleEndian(datagram));
            }
            else if (_stopping)
            {
                return;
            }
        }
    }

    private enum Path : byte
    {
        Rule,
        Gateway,
    }

    /// <summary>Of one path; the receiver notes, others read the count, and all of it once the receiver has ended.</summary>
    private sealed class Arrivals
    {
        private readonly bool[] _arrived = new bool[MostProbes];
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Note(int number)
        {
            _arrived[number] = true;
            Volatile.Write(ref _count, _count + 1);
        }

        public ProbeResult ResultOf(int sent) => ProbeResult.Of(_arrived.AsSpan(0, sent));
    }
}
