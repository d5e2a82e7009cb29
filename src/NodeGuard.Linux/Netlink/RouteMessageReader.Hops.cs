using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

public sealed partial class RouteMessageReader
{
    private const int RtnexthopLength = 8;

    /// <summary>What is told of one way out; attributes of a route itself, or of one hop of a multipath route.</summary>
    private ref struct Hop
    {
        public NetlinkAttribute Gateway;
        public NetlinkAttribute Via;
        public NetlinkAttribute EncapType;
        public NetlinkAttribute Encap;
        public NetlinkAttribute Flow;
        public int LinkIndex;
        public uint Flags;
        public byte WeightMinusOne;

        public readonly bool HasGateway => !Gateway.Bytes.IsEmpty || !Via.Bytes.IsEmpty;

        public bool Take(in NetlinkAttribute attribute)
        {
            switch (attribute.Type)
            {
                case RTA_GATEWAY:
                    Gateway = attribute;
                    return true;
                case RTA_VIA:
                    Via = attribute;
                    return true;
                case RTA_ENCAP_TYPE:
                    EncapType = attribute;
                    return true;
                case RTA_ENCAP:
                    Encap = attribute;
                    return true;
                case RTA_FLOW:
                    Flow = attribute;
                    return true;
                default:
                    return false;
            }
        }

        public readonly void CopyTo(scoped ref MessageBuilder builder)
        {
            CopyIfTold(Gateway, ref builder);
            CopyIfTold(Via, ref builder);
            CopyIfTold(EncapType, ref builder);
            CopyIfTold(Encap, ref builder);
            CopyIfTold(Flow, ref builder);
        }

        private static void CopyIfTold(in NetlinkAttribute attribute, scoped ref MessageBuilder builder)
        {
            if (!attribute.Bytes.IsEmpty)
            {
                builder.Copy(attribute);
            }
        }
    }

    private bool FinishMultipath(
        ReadOnlySpan<byte> payload, scoped ref MessageBuilder builder, scoped in RouteParts parts, out ObservedObject observed)
    {
        observed = default;
        int opened = builder.Open(RTA_MULTIPATH);
        int offset = 0;
        while (offset < parts.Multipath.Length)
        {
            if (!TryReadHop(parts.Multipath, ref offset, out _, out ReadOnlySpan<byte> raw))
            {
                return Fail();
            }

            int at = builder.Length;
            builder.Raw(raw);
            if (!builder.Overflow)
            {
                // rtnh_flags: dead and linkdown are told, not taken.
                builder.At(at)[2] &= (byte)RTNH_F_ONLINK;
            }
        }

        builder.Close(opened);
        var hop = new Hop { Gateway = new NetlinkAttribute(parts.Multipath) };
        return Finish(payload, ref builder, hop, parts, out observed);
    }

    /// <summary>
    /// IPv6 deletes and restores the hops of a multipath route one by one, and tells each deletion in the form of a
    /// route with one way out. That form is the identity; a weight needs the multipath form in the request.
    /// </summary>
    private bool FinishNextHop(
        ReadOnlySpan<byte> payload, scoped ref MessageBuilder builder, scoped in RouteParts parts, out ObservedObject observed)
    {
        observed = default;
        if (!TryReadHop(parts.Multipath, ref _hopOffset, out Hop hop, out ReadOnlySpan<byte> raw))
        {
            return Fail();
        }

        _pending = _hopOffset < parts.Multipath.Length;
        if (hop.WeightMinusOne == 0)
        {
            bool told = FinishSingle(payload, ref builder, hop, parts, out observed);
            observed = observed with { ShowsWeight = told };
            return told;
        }

        var single = new MessageBuilder(_second);
        single.Raw(builder.Written);
        if (!FinishSingle(payload, ref single, hop, parts, out observed))
        {
            return false;
        }

        int opened = builder.Open(RTA_MULTIPATH);
        int at = builder.Length;
        builder.Raw(raw);
        builder.Close(opened);
        if (builder.Overflow)
        {
            return Fail();
        }

        builder.At(at)[2] &= (byte)RTNH_F_ONLINK;
        AppendExpiry(ref builder, parts);
        builder.Finish();
        observed = new ObservedObject
        {
            Key = observed.Key,
            Facts = observed.Facts,
            Request = builder.Written,
            Identity = observed.Identity,
            ShowsWeight = true,
        };
        return true;
    }

    /// <summary>struct rtnexthop: length, flags, weight - 1, ifindex, then attributes.</summary>
    private static bool TryReadHop(
        ReadOnlySpan<byte> multipath, ref int offset, out Hop hop, out ReadOnlySpan<byte> raw)
    {
        hop = default;
        raw = default;
        ReadOnlySpan<byte> rest = offset < multipath.Length ? multipath[offset..] : default;
        if (rest.Length < RtnexthopLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length < RtnexthopLength || length > rest.Length)
        {
            return false;
        }

        raw = rest[..Math.Min(NetlinkReader.Align(length), rest.Length)];
        offset += raw.Length;
        hop.Flags = rest[2] & RTNH_F_ONLINK;
        hop.WeightMinusOne = rest[3];
        hop.LinkIndex = BinaryPrimitives.ReadInt32LittleEndian(rest[4..]);
        var reader = new AttributeReader(rest[RtnexthopLength..length]);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            hop.Take(attribute);
        }

        return !reader.Malformed;
    }
}
