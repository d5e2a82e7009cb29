using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>The links that a multipath route leaves by.</summary>
public static class MultipathLinks
{
    private const int RtmsgLength = 12;
    private const int RtnexthopLength = 8;

    /// <param name="request">A whole RTM_NEWROUTE message; without RTA_MULTIPATH there are none.</param>
    public static IReadOnlyList<int> Of(ReadOnlySpan<byte> request)
    {
        if (request.Length < NetlinkMessage.HeaderLength + RtmsgLength)
        {
            return [];
        }

        var attributes = new AttributeReader(request[(NetlinkMessage.HeaderLength + RtmsgLength)..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type == RTA_MULTIPATH)
            {
                return Hops(attribute.Value);
            }
        }

        return [];
    }

    /// <summary>struct rtnexthop: length, flags, weight - 1, ifindex, then attributes.</summary>
    private static List<int> Hops(ReadOnlySpan<byte> hops)
    {
        var links = new List<int>();
        while (hops.Length >= RtnexthopLength)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(hops);
            if (length < RtnexthopLength || length > hops.Length)
            {
                break;
            }

            links.Add(BinaryPrimitives.ReadInt32LittleEndian(hops[4..]));
            hops = hops[Math.Min(NetlinkReader.Align(length), hops.Length)..];
        }

        return links;
    }
}
