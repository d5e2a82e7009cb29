using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>One object as the reader showed it, copied out of its scratch memory.</summary>
/// <param name="Identity">What the guard finds it by: the key, and the bytes of its content.</param>
/// <param name="Content">The request, with every finite lifetime set to a second.</param>
internal sealed record SeenObject(
    ObjectKey Key, ObjectFacts Facts, byte[] Request, byte[] FollowUp, string Identity, string Content)
{
    public static SeenObject Copy(in ObservedObject observed)
    {
        byte[] steady = observed.Request.ToArray();
        RequestForms.Age(steady, uint.MaxValue - 1);
        return new SeenObject(
            observed.Key, observed.Facts, observed.Request.ToArray(), observed.FollowUp.ToArray(),
            $"{observed.Key} {Convert.ToHexString(observed.Identity)}",
            Convert.ToHexString(steady));
    }

    public override string ToString() => $"{RoutingObjectText.Of(Request, _ => null)} [{Identity}]";
}

/// <summary>The sockets of a test inside its namespace: one that asks, and one that listens to every group.</summary>
internal sealed class KernelTables : IDisposable
{
    private static readonly uint[] Groups =
    [
        RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
        RTNLGRP_IPV6_RULE, RTNLGRP_NEXTHOP, RTNLGRP_LINK,
    ];

    private static readonly DumpRequest[] Dumps =
    [
        new(RTM_GETADDR, AF_UNSPEC), new(RTM_GETNEXTHOP, AF_UNSPEC), new(RTM_GETROUTE, AF_INET),
        new(RTM_GETROUTE, AF_INET6), new(RTM_GETRULE, AF_INET), new(RTM_GETRULE, AF_INET6),
    ];

    private readonly ReceiveBatch _batch = new();
    private readonly RouteMessageReader _reader = new();
    private readonly NetlinkSocket _listener;
    private uint _sequence;

    private KernelTables(NetlinkSocket requests, NetlinkSocket listener)
    {
        Requests = requests;
        _listener = listener;
    }

    public NetlinkSocket Requests { get; }

    /// <summary>Every notification and dump message that was read, as it came.</summary>
    public List<byte[]> Captured { get; } = [];

    public static KernelTables Open(TestNamespace inside) => inside.Inside(() =>
    {
        var listener = NetlinkSocket.OpenRoute(new NetlinkSocketOptions { ReceiveBufferBytes = 4 << 20 });
        foreach (uint group in Groups)
        {
            listener.Join(group);
        }

        return new KernelTables(NetlinkSocket.OpenRoute(new NetlinkSocketOptions()), listener);
    });

    /// <summary>All objects that are not the kernel's own, in the order in which the kernel tells them.</summary>
    public List<SeenObject> Dump()
    {
        var seen = new List<SeenObject>();
        foreach (DumpRequest dump in Dumps)
        {
            var request = new byte[DumpRequest.MaxLength];
            int length = dump.Write(request, ++_sequence);
            Requests.Send(request.AsSpan(0, length)).Errno.ShouldBe(0);
            while (!TakeDump(seen))
            {
            }
        }

        return seen;
    }

    /// <summary>The deletions that were told since the last call.</summary>
    public List<SeenObject> Deletions() => [.. Notifications().Where(told => told.Deleted).Select(told => told.Object)];

    public List<(bool Deleted, SeenObject Object)> Notifications()
    {
        var told = new List<(bool, SeenObject)>();
        while (_listener.Receive(_batch) is { Count: > 0 } received)
        {
            received.Overrun.ShouldBeFalse();
            for (int i = 0; i < received.Count; i++)
            {
                var messages = new NetlinkReader(_batch[i]);
                while (messages.Next(out NetlinkMessage message))
                {
                    Captured.Add(message.Bytes.ToArray());
                    Read(message, (seen, deleted) => told.Add((deleted, seen)));
                }

                messages.Malformed.ShouldBeFalse();
            }
        }

        return told;
    }

    /// <summary>Sends one request as the guard does; the kernel's errno and its words.</summary>
    public (int Errno, string Text) Send(ReadOnlySpan<byte> request, ushort flags)
    {
        byte[] copy = request.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(6), (ushort)(flags | NLM_F_REQUEST | NLM_F_ACK));
        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(8), ++_sequence);
        Requests.Send(copy).Errno.ShouldBe(0);
        ReceiveOutcome received = Requests.Receive(_batch);
        received.Count.ShouldBe(1);
        var messages = new NetlinkReader(_batch[0]);
        messages.Next(out NetlinkMessage message).ShouldBeTrue();
        Captured.Add(message.Bytes.ToArray());
        NetlinkAck.TryRead(message, out NetlinkAck answer).ShouldBeTrue();
        answer.Sequence.ShouldBe(_sequence);
        return (answer.Errno, System.Text.Encoding.UTF8.GetString(answer.Text));
    }

    public void Dispose()
    {
        Requests.Dispose();
        _listener.Dispose();
    }

    private bool TakeDump(List<SeenObject> seen)
    {
        ReceiveOutcome received = Requests.Receive(_batch);
        received.Count.ShouldBeGreaterThan(0);
        for (int i = 0; i < received.Count; i++)
        {
            var messages = new NetlinkReader(_batch[i]);
            while (messages.Next(out NetlinkMessage message))
            {
                message.Sequence.ShouldBe(_sequence);
                message.Type.ShouldNotBe(NLMSG_ERROR);
                if (message.Type == NLMSG_DONE)
                {
                    return true;
                }

                Captured.Add(message.Bytes.ToArray());
                Read(message, (objectSeen, _) => seen.Add(objectSeen));
            }
        }

        return false;
    }

    private void Read(in NetlinkMessage message, Action<SeenObject, bool> take)
    {
        if (_reader.Begin(message))
        {
            while (_reader.Next(out ObservedObject observed))
            {
                if (!observed.Facts.KernelMade)
                {
                    take(SeenObject.Copy(observed), _reader.IsDeletion);
                }
            }
        }

        _reader.Malformed.ShouldBeFalse($"message of type {message.Type}: {Convert.ToHexString(message.Bytes)}");
    }
}
