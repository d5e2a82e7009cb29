using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using NodeGuard.Linux.Threads;
using static NodeGuard.Agent.Guarding.MadeUpMessages;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>
/// Takes the whole way from a deletion read to a restore sent with made-up objects, so that the first real deletion does
/// not pay for binding precompiled code, for compiling what could not be precompiled, and for first touches of memory;
/// docs/adr/0002-runtime-settings.md has the figures.
/// </summary>
/// <remarks>The kernel refuses each of the objects, whatever it holds: nothing is created.</remarks>
internal static class PathWarmUp
{
    private const uint NetworkdPortId = 1;

    // Above the highest pid, so that it is nobody's.
    private const uint OwnerPortId = int.MaxValue;

    // Four gaps each: enough for the sort that finds their median, too.
    private const int Rounds = 5;

    // Enough of each kind for the sort of what waits to take its way for many.
    private const uint Backlog = 24;

    /// <returns>Restores that the guard wanted: two for each object and round, and those of the backlog.</returns>
    /// <exception cref="NetlinkException">The kernel refuses rtnetlink sockets.</exception>
    public static int Run()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        var authors = new NetlinkAuthors("/proc") { OwnPortId = socket.PortId };
        authors.SetNetworkd([NetworkdPortId]);
        var guard = new RouteGuard(new Ledger(256), new GuardEventRing(64));
        var sender = new RequestSender(socket);
        var reader = new NotificationReader(guard, authors);
        byte[] message = new byte[256];
        int wanted = 0;
        for (int round = 0; round < Rounds; round++)
        {
            foreach (byte family in (ReadOnlySpan<byte>)[AF_INET, AF_INET6])
            {
                wanted += LoseAndRestore(guard, sender, reader, message.AsSpan(0, WriteRoute(message, family, 1)), socket.PortId);
                wanted += LoseAndRestore(guard, sender, reader, message.AsSpan(0, WriteRule(message, family, 1)), socket.PortId);
            }
        }

        return wanted + LoseUnseen(guard, sender, reader, message);
    }

    /// <summary>
    /// networkd takes an address, a nexthop and a link away; what falls with them is found by a read, refused, tried again when
    /// something has come back, and at last there again.
    /// </summary>
    private static int LoseUnseen(RouteGuard guard, RequestSender sender, NotificationReader reader, byte[] message)
    {
        long now = Clock.MonotonicNanoseconds();
        foreach (byte family in (ReadOnlySpan<byte>)[AF_INET, AF_INET6])
        {
            for (uint i = 1; i <= Backlog; i++)
            {
                Read(reader, message.AsSpan(0, WriteRoute(message, family, i)), RTM_NEWROUTE, OwnerPortId, now);
                Read(reader, message.AsSpan(0, WriteRule(message, family, i)), RTM_NEWRULE, OwnerPortId, now);
            }

            Read(reader, message.AsSpan(0, WriteAddress(message, family)), RTM_NEWADDR, NetworkdPortId, now);
            Read(reader, message.AsSpan(0, WriteAddress(message, family)), RTM_DELADDR, NetworkdPortId, now);
        }

        Read(reader, message.AsSpan(0, WriteNexthop(message)), RTM_NEWNEXTHOP, OwnerPortId, now);
        Read(reader, message.AsSpan(0, WriteNexthop(message)), RTM_DELNEXTHOP, NetworkdPortId, now);
        guard.OnLinkDown(NoSuchLink, Deleter.Networkd, now);
        sender.SendAll(guard);
        guard.BeginRead();
        guard.EndRead(now);
        int wanted = SendDue(guard, sender, now);
        guard.OnLinkUp();
        wanted += SendDue(guard, sender, now);
        Read(reader, message.AsSpan(0, WriteRoute(message, AF_INET, 1)), RTM_NEWROUTE, OwnerPortId, now);
        Read(reader, message.AsSpan(0, WriteRoute(message, AF_INET, 1)), RTM_DELROUTE, OwnerPortId, now);
        guard.EndEpisode(now);
        EpisodeSummary.Of(guard, now);
        return wanted;
    }

    private static int SendDue(RouteGuard guard, RequestSender sender, long now)
    {
        int wanted = 0;
        while (guard.Tick(now) <= now || guard.Outbox.Count > 0)
        {
            wanted += guard.Outbox.Count;
            sender.SendAll(guard);
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
}
