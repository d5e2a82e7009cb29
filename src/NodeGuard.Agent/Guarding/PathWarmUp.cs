using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Takes the whole way from a deletion read to a restore sent with made-up objects, so that the first real deletion does
/// not pay for binding precompiled code and for first touches of memory; docs/adr/0002-runtime-settings.md has the
/// figures.
/// </summary>
/// <remarks>The kernel refuses each of the objects, whatever it holds: nothing is created.</remarks>
internal static class PathWarmUp
{
    private const uint NetworkdPortId = 1;

    // Above the highest pid, so that it is nobody's.
    private const uint OwnerPortId = int.MaxValue;
    private const uint NoSuchLink = int.MaxValue;
    private const int Rounds = 3;

    /// <returns>Restores that the guard wanted: two for each object and round.</returns>
    /// <exception cref="NetlinkException">The kernel refuses rtnetlink sockets.</exception>
    public static int Run()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        var authors = new NetlinkAuthors("/proc") { OwnPortId = socket.PortId };
        authors.SetNetworkd([NetworkdPortId]);
        var guard = new RouteGuard(new Ledger(16), new GuardEventRing(64));
        var sender = new RequestSender(socket);
        var reader = new NotificationReader(guard, authors);
        byte[] message = new byte[256];
        int wanted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            foreach (byte family in (ReadOnlySpan<byte>)[AF_INET, AF_INET6])
            {
                wanted += LoseAndRestore(guard, sender, reader, message.AsSpan(0, WriteRoute(message, family)), socket.PortId);
                wanted += LoseAndRestore(guard, sender, reader, message.AsSpan(0, WriteRule(message, family)), socket.PortId);
            }
        }

        return wanted;
    }

    private static int LoseAndRestore(RouteGuard guard, RequestSender sender, NotificationReader reader, Span<byte> message, uint ownPortId)
    {
        long now = Clock.MonotonicNanoseconds();
        ushort created = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        Read(reader, message, created, OwnerPortId, now);
        Read(reader, message, (ushort)(created + 1), NetworkdPortId, now);
        for (int i = 0; i < guard.Outbox.Count; i++)
        {
            guard.OnAnswer(guard.Outbox[i], 0, now);
        }

        int wanted = guard.Outbox.Count;
        guard.Outbox.Clear();
        Read(reader, message, created, ownPortId, now);
        Read(reader, message, (ushort)(created + 1), NetworkdPortId, now);
        wanted += guard.Outbox.Count;
        sender.SendAll(guard);
        return wanted;
    }

    private static void Read(NotificationReader reader, Span<byte> message, ushort type, uint author, long now)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], type);
        BinaryPrimitives.WriteUInt32LittleEndian(message[12..], author);
        reader.Read(message, now);
    }

    private static int WriteRoute(Span<byte> target, byte family)
    {
        const byte rtprotStatic = 4;
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWROUTE, 0);
        builder.Raw([family, (byte)(8 * Documentation(family).Length), 0, 0, 254, rtprotStatic, 0, RTN_UNICAST, 0, 0, 0, 0]);
        builder.Attribute(RTA_TABLE, 254);
        builder.Attribute(RTA_DST, Documentation(family));
        builder.Attribute(RTA_PRIORITY, 1024);
        builder.Attribute(RTA_OIF, NoSuchLink);
        builder.Finish();
        return builder.Length;
    }

    /// <summary>A goto backwards, which the kernel never takes.</summary>
    private static int WriteRule(Span<byte> target, byte family)
    {
        const byte frActGoto = 2;
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWRULE, 0);
        builder.Raw([family, 0, (byte)(8 * Documentation(family).Length), 0, 0, 0, 0, frActGoto, 0, 0, 0, 0]);
        builder.Attribute(FRA_SRC, Documentation(family));
        builder.Attribute(FRA_PRIORITY, 1024);
        builder.Attribute(FRA_GOTO, 1);
        builder.Finish();
        return builder.Length;
    }

    private static ReadOnlySpan<byte> Documentation(byte family) => family == AF_INET
        ? [192, 0, 2, 1]
        : [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
}
