using System.Buffers.Binary;
using System.Globalization;
using NodeGuard.Lab.Tests.Lab;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Benchmarks.Measuring;

/// <summary>An owner that adds and deletes routes of its own, a thousand changes a second, until it is disposed.</summary>
internal sealed class RouteChurn : IDisposable
{
    private const int Priority = 5;
    private const long Interval = 1_000_000;
    private const int Distinct = 500;
    private const uint Table = 5000;

    private readonly EventFd _never = new();
    private readonly NamespaceThread _thread;
    private readonly uint _link;
    private int _changes;
    private volatile bool _stopping;

    public RouteChurn(LabContainer container)
    {
        string index = File.ReadAllText(container.ProcPath("/sys/class/net/host0/ifindex"));
        _link = uint.Parse(index, CultureInfo.InvariantCulture);
        _thread = new NamespaceThread("route churn", $"/proc/{container.Leader}/ns/net", Priority, Run);
    }

    /// <summary>Changes made so far.</summary>
    public int Changes => Volatile.Read(ref _changes);

    public void Dispose()
    {
        _stopping = true;
        _thread.Join();
        _never.Dispose();
    }

    private void Run()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        var timer = new NetlinkPoll([_never.Descriptor]);
        var answers = new ReceiveBatch(datagrams: 1);
        byte[] message = new byte[128];
        long next = Clock.MonotonicNanoseconds();

        // Ends with a whole cycle: what the churn added, it deletes.
        for (int i = 0; !_stopping || i % (2 * Distinct) != 0; i++)
        {
            bool adds = i / Distinct % 2 == 0;
            int length = Write(message, adds ? RTM_NEWROUTE : RTM_DELROUTE, (uint)(i % Distinct));
            SendOutcome sent = socket.Send(message.AsSpan(0, length));
            if (sent.Errno != 0 || socket.Receive(answers).Count != 0)
            {
                throw new InvalidOperationException($"change {i} of a route in table {Table} was refused (errno {sent.Errno})");
            }

            Volatile.Write(ref _changes, i + 1);
            next += Interval;
            timer.Wait(_stopping ? 0 : Math.Max(next - Clock.MonotonicNanoseconds(), 0));
        }
    }

    private int Write(Span<byte> target, ushort type, uint number)
    {
        const byte rtUnicast = 1;
        const byte scopeLink = 253;
        const byte protocolStatic = 4;
        var builder = new MessageBuilder(target);
        builder.Header(type, type == RTM_NEWROUTE ? (ushort)(NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL) : NLM_F_REQUEST);
        builder.Raw([AF_INET, 32, 0, 0, 0, protocolStatic, scopeLink, rtUnicast, 0, 0, 0, 0]);
        Span<byte> destination = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(destination, 0xC6120000 + number);
        builder.Attribute(RTA_DST, destination);
        builder.Attribute(RTA_OIF, _link);
        builder.Attribute(RTA_TABLE, Table);
        builder.Finish();
        return builder.Length;
    }
}
