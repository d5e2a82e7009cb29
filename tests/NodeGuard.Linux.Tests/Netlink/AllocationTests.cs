using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>The path from a datagram to a request must never wake the collector.</summary>
[Trait("Needs", "root")]
public sealed class AllocationTests
{
    [Fact]
    public void ReadingDeletionsAllocatesNothing()
    {
        byte[][] deletions = [.. MessageCorpus.Capture().Where(message =>
            new NetlinkMessage(message).Type is RTM_DELADDR or RTM_DELROUTE or RTM_DELRULE or RTM_DELNEXTHOP)];
        deletions.Length.ShouldBeGreaterThan(10);
        var reader = new RouteMessageReader();
        ReadAll(reader, deletions);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int objects = ReadAll(reader, deletions);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        objects.ShouldBeGreaterThanOrEqualTo(deletions.Length);
        allocated.ShouldBe(0);
    }

    [Fact]
    public void ReceivingAndSendingAllocateNothing()
    {
        using NetlinkSocket socket = NetlinkSocket.OpenRoute(new NetlinkSocketOptions());
        var batch = new ReceiveBatch();
        byte[] request = new byte[DumpRequest.MaxLength];
        int length = new DumpRequest(RTM_GETRULE, AF_INET).Write(request, 1);
        Exchange(socket, batch, request.AsSpan(0, length));

        long before = GC.GetAllocatedBytesForCurrentThread();
        int datagrams = Exchange(socket, batch, request.AsSpan(0, length));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        datagrams.ShouldBeGreaterThan(0);
        allocated.ShouldBe(0);
    }

    private static int ReadAll(RouteMessageReader reader, byte[][] messages)
    {
        int objects = 0;
        foreach (byte[] message in messages)
        {
            reader.Begin(new NetlinkMessage(message));
            while (reader.Next(out ObservedObject observed))
            {
                objects += observed.Request.IsEmpty ? 0 : 1;
            }
        }

        return objects;
    }

    private static int Exchange(NetlinkSocket socket, ReceiveBatch batch, ReadOnlySpan<byte> request)
    {
        int datagrams = socket.Send(request).Errno == 0 ? 0 : -1;
        while (socket.Receive(batch) is { Count: > 0 } received)
        {
            datagrams += received.Count;
        }

        return datagrams;
    }
}
