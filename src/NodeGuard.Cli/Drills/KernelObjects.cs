using NodeGuard.Cli.Prevention;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Cli.Drills;

/// <summary>An object as a dump showed it. Request is the netlink message that creates it.</summary>
internal sealed record KernelObject(SnapshotObject Shown, ObjectKey Key, ObjectFacts Facts, byte[] Request);

/// <summary>Reads the kernel's addresses, nexthops, routes and rules with a socket of its own, without the guard's code.</summary>
internal static class KernelObjects
{
    private const int MostTries = 16;
    private const int EOPNOTSUPP = 95;

    private static readonly DumpRequest[] Dumps =
    [
        new(RTM_GETADDR, AF_UNSPEC), new(RTM_GETNEXTHOP, AF_UNSPEC), new(RTM_GETROUTE, AF_INET), new(RTM_GETROUTE, AF_INET6),
        new(RTM_GETRULE, AF_INET), new(RTM_GETRULE, AF_INET6),
    ];

    public static RoutingSnapshot Snapshot() => new([.. Read().Select(static item => item.Shown)]);

    public static IReadOnlyList<LiveObject> Live() =>
    [
        .. Read().Select(static item => new LiveObject(
            item.Key.Kind, item.Facts.Protocol, item.Facts.LinkIndex,
            item.Key.Kind is ObjectKind.Address ? ObjectKeyText.Address(item.Key.Family, item.Key.Destination).ToString() : null,
            item.Facts.Expires)),
    ];

    /// <summary>All but what the kernel made itself.</summary>
    /// <exception cref="DrillException">The kernel cannot be read.</exception>
    public static List<KernelObject> Read()
    {
        try
        {
            using var socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
            var batch = new ReceiveBatch(datagrams: 1);
            var sequence = 0u;
            return [.. Dumps.SelectMany(dump => Read(socket, batch, dump, ref sequence))];
        }
        catch (NetlinkException refused)
        {
            throw new DrillException($"the kernel's routing objects cannot be read: {refused.Message}", refused);
        }
    }

    private static List<KernelObject> Read(NetlinkSocket socket, ReceiveBatch batch, DumpRequest dump, ref uint sequence)
    {
        for (var attempt = 0; attempt < MostTries; attempt++)
        {
            if (TryRead(socket, batch, dump, ++sequence) is { } objects)
                return objects;
        }

        throw new DrillException($"the kernel's tables changed under {MostTries} dumps in a row; try again when the host is calmer");
    }

    /// <summary>Null when the dump was interrupted by a change and has to be repeated.</summary>
    private static List<KernelObject>? TryRead(NetlinkSocket socket, ReceiveBatch batch, DumpRequest dump, uint sequence)
    {
        Span<byte> request = stackalloc byte[DumpRequest.MaxLength];
        socket.Send(request[..dump.Write(request, sequence)]);
        var reader = new RouteMessageReader();
        var objects = new List<KernelObject>();
        var interrupted = false;
        while (true)
        {
            // The kernel makes a dump's next part while the last is taken: an empty socket means that it broke off.
            var received = socket.Receive(batch);
            if (received.Overrun || received.Count == 0)
                return null;
            var messages = new NetlinkReader(batch[0]);
            while (messages.Next(out var message))
            {
                if (message.Sequence != sequence)
                    continue;
                interrupted |= (message.Flags & NLM_F_DUMP_INTR) != 0;
                if (message.Type == NLMSG_DONE)
                    return interrupted ? null : objects;
                if (NetlinkAck.TryRead(message, out var answer))
                    return answer.Errno == EOPNOTSUPP ? objects : throw new DrillException($"the kernel refused dump {dump.Type} of family {dump.Family} with errno {answer.Errno}");
                Take(reader, message, objects);
            }
        }
    }

    private static void Take(RouteMessageReader reader, in NetlinkMessage message, List<KernelObject> objects)
    {
        if (!reader.Begin(message))
            return;
        while (reader.Next(out var observed))
        {
            if (observed.Facts.KernelMade)
                continue;
            var shown = new SnapshotObject(observed.Key.Kind, Convert.ToHexString(observed.Identity), ObjectKeyText.Of(observed.Key));
            objects.Add(new KernelObject(shown, observed.Key, observed.Facts, observed.Request.ToArray()));
        }
    }
}
