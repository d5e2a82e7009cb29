using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Other messages made from the one that creates an object.</summary>
public static class RequestForms
{
    /// <summary>
    /// Writes the message that deletes exactly the object that <paramref name="request"/> creates; returns its length.
    /// The target must be as long as the request.
    /// </summary>
    public static int ToDelete(ReadOnlySpan<byte> request, Span<byte> target)
    {
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(request[4..]);
        var builder = new MessageBuilder(target);
        builder.Header((ushort)(type + 1), NLM_F_REQUEST);
        if (type == RTM_NEWNEXTHOP)
        {
            WriteNexthopId(request[NetlinkMessage.HeaderLength..], ref builder);
        }
        else
        {
            builder.Raw(request[NetlinkMessage.HeaderLength..]);
            if (type == RTM_NEWROUTE)
            {
                OpenType(builder.At(NetlinkMessage.HeaderLength));
            }
        }

        builder.Finish();
        return builder.Length;
    }

    /// <summary>Takes seconds off the lifetimes of a request that was kept for a while; none goes below one second.</summary>
    public static void Age(Span<byte> request, uint seconds)
    {
        if (request.Length < NetlinkMessage.HeaderLength)
        {
            return;
        }

        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(request[4..]);
        int at = type switch
        {
            RTM_NEWADDR => NetlinkMessage.HeaderLength + 8,
            RTM_NEWROUTE => NetlinkMessage.HeaderLength + 12,
            _ => request.Length,
        };
        while (at + NetlinkAttribute.HeaderLength <= request.Length)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(request[at..]);
            ushort attribute = BinaryPrimitives.ReadUInt16LittleEndian(request[(at + 2)..]);
            if (length < NetlinkAttribute.HeaderLength || at + length > request.Length)
            {
                return;
            }

            Span<byte> value = request.Slice(at + NetlinkAttribute.HeaderLength, length - NetlinkAttribute.HeaderLength);
            if (type == RTM_NEWADDR && attribute == IFA_CACHEINFO && value.Length >= 8)
            {
                Subtract(value, seconds);
                Subtract(value[4..], seconds);
            }
            else if (type == RTM_NEWROUTE && attribute == RTA_EXPIRES && value.Length >= 4)
            {
                Subtract(value, seconds);
            }

            at += NetlinkReader.Align(length);
        }
    }

    /// <summary>
    /// A route by a blackhole nexthop is told as a route of type blackhole, whatever its own type is; its id suffices
    /// to find it by.
    /// </summary>
    private static void OpenType(Span<byte> payload)
    {
        const int rtmsgLength = 12;
        const int typeOffset = 7;
        if (payload.Length < rtmsgLength)
        {
            return;
        }

        var attributes = new AttributeReader(payload[rtmsgLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type == RTA_NH_ID)
            {
                payload[typeOffset] = 0;
                return;
            }
        }
    }

    /// <summary>Puts the object on another link: after a reboot the link of a name has another index.</summary>
    public static void Relink(Span<byte> request, int linkIndex)
    {
        if (request.Length < NetlinkMessage.HeaderLength + 8)
        {
            return;
        }

        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(request[4..]);
        if (type == RTM_NEWADDR)
        {
            BinaryPrimitives.WriteInt32LittleEndian(request[(NetlinkMessage.HeaderLength + 4)..], linkIndex);
            return;
        }

        (int at, ushort device) = type switch
        {
            RTM_NEWROUTE => (NetlinkMessage.HeaderLength + 12, RTA_OIF),
            RTM_NEWNEXTHOP => (NetlinkMessage.HeaderLength + 8, NHA_OIF),
            _ => (request.Length, (ushort)0),
        };
        while (at + NetlinkAttribute.HeaderLength + sizeof(int) <= request.Length)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(request[at..]);
            if (length < NetlinkAttribute.HeaderLength)
            {
                return;
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(request[(at + 2)..]) == device && length == NetlinkAttribute.HeaderLength + sizeof(int))
            {
                BinaryPrimitives.WriteInt32LittleEndian(request[(at + NetlinkAttribute.HeaderLength)..], linkIndex);
            }

            at += NetlinkReader.Align(length);
        }
    }

    private static void Subtract(Span<byte> value, uint seconds)
    {
        uint left = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (left is not (0 or uint.MaxValue))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value, left > seconds ? left - seconds : 1);
        }
    }

    /// <summary>A nexthop is deleted by its id alone; the kernel refuses every other attribute.</summary>
    private static void WriteNexthopId(ReadOnlySpan<byte> payload, ref MessageBuilder builder)
    {
        Span<byte> nhmsg = stackalloc byte[8];
        nhmsg.Clear();
        builder.Raw(nhmsg);
        var attributes = new AttributeReader(payload[nhmsg.Length..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type == NHA_ID)
            {
                builder.Copy(attribute);
            }
        }
    }
}
