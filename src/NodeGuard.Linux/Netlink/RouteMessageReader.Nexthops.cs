using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

public sealed partial class RouteMessageReader
{
    private const int NhmsgLength = 8;

    private bool TryReadNexthop(ReadOnlySpan<byte> payload, out ObservedObject observed)
    {
        observed = default;
        if (payload.Length < NhmsgLength)
        {
            return Fail();
        }

        uint id = 0;
        int link = 0;
        ReadOnlySpan<byte> group = default;
        var builder = new MessageBuilder(_request);
        builder.Header(RTM_NEWNEXTHOP, CreateFlags);
        builder.Raw(payload[..NhmsgLength]);
        var reader = new AttributeReader(payload[NhmsgLength..]);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            switch (attribute.Type)
            {
                case NHA_RES_BUCKET or NHA_OP_FLAGS or NHA_GROUP_STATS or NHA_HW_STATS_USED:
                    continue;
                case NHA_RES_GROUP:
                    if (!CopyResilientGroup(attribute, ref builder))
                    {
                        return Fail();
                    }

                    continue;
                case NHA_ENCAP:
                    // Told without NLA_F_NESTED, and refused without it.
                    builder.Attribute(NHA_ENCAP | NLA_F_NESTED, attribute.Value);
                    continue;
                case NHA_ID:
                    id = attribute.UInt32;
                    break;
                case NHA_OIF:
                    link = (int)attribute.UInt32;
                    break;
                case NHA_GROUP:
                    group = attribute.Value;
                    break;
            }

            builder.Copy(attribute);
        }

        if (reader.Malformed || builder.Overflow || id == 0)
        {
            return Fail();
        }

        // struct nhmsg: the kernel tells a scope and link state, and takes neither.
        Span<byte> header = builder.At(NetlinkMessage.HeaderLength);
        header[1] = 0;
        header[3] = 0;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) & RTNH_F_ONLINK;
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        builder.Finish();
        observed = new ObservedObject
        {
            Key = new ObjectKey(ObjectKind.Nexthop, 0, 0, 0, 0, id, 0, 0, 0),
            Facts = new ObjectFacts
            {
                Protocol = payload[2],
                Stage = group.IsEmpty ? RestoreStage.Nexthop : RestoreStage.NexthopGroup,
                LinkIndex = link,
            },
            Request = builder.Written,
            Identity = Identity(builder.Length),
            GroupMembers = group,
        };
        return true;
    }

    /// <summary>The kernel tells for how long a resilient group was unbalanced, and refuses to be told.</summary>
    private static bool CopyResilientGroup(in NetlinkAttribute group, scoped ref MessageBuilder builder)
    {
        int opened = builder.Open(BinaryPrimitives.ReadUInt16LittleEndian(group.Bytes[2..]));
        var reader = new AttributeReader(group.Value);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type is > 0 and < NHA_RES_GROUP_UNBALANCED_TIME)
            {
                builder.Copy(attribute);
            }
        }

        builder.Close(opened);
        return !reader.Malformed;
    }
}
