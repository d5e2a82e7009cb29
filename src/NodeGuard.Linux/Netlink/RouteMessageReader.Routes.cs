using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

public sealed partial class RouteMessageReader
{
    private const int RtmsgLength = 12;
    private const int UserHz = 100;

    private ref struct RouteParts
    {
        public Hop Hop;
        public ReadOnlySpan<byte> Multipath;
        public AddressNumber Destination;
        public AddressNumber Source;
        public AddressNumber PreferredSource;
        public uint Table;
        public uint Priority;
        public uint NexthopId;
        public uint ExpiresSeconds;
        public bool Expires;
    }

    private bool TryReadRoute(ReadOnlySpan<byte> payload, out ObservedObject observed)
    {
        observed = default;
        if (payload.Length < RtmsgLength)
        {
            return Fail();
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        if (payload[0] is not (AF_INET or AF_INET6) || (flags & RTM_F_CLONED) != 0)
        {
            return false;
        }

        var parts = new RouteParts { Table = payload[4] };
        parts.Hop.Flags = flags & RTNH_F_ONLINK;
        var builder = new MessageBuilder(_request);
        builder.Header(RTM_NEWROUTE, CreateFlags);
        builder.Raw(payload[..RtmsgLength]);
        if (!CopyRouteAttributes(payload[RtmsgLength..], ref builder, ref parts))
        {
            return Fail();
        }

        return parts switch
        {
            { NexthopId: not 0 } => Finish(payload, ref builder, default, parts, out observed),
            { Multipath.IsEmpty: true } => FinishSingle(payload, ref builder, parts.Hop, parts, out observed),
            _ when payload[0] == AF_INET => FinishMultipath(payload, ref builder, parts, out observed),
            _ => FinishNextHop(payload, ref builder, parts, out observed),
        };
    }

    /// <summary>Copies what belongs to the route, keeps aside what belongs to a way out, drops what only the kernel tells.</summary>
    private static bool CopyRouteAttributes(
        ReadOnlySpan<byte> attributes, scoped ref MessageBuilder builder, scoped ref RouteParts parts)
    {
        var reader = new AttributeReader(attributes);
        while (reader.Next(out NetlinkAttribute attribute))
        {
            switch (attribute.Type)
            {
                case RTA_IIF or RTA_MFC_STATS or RTA_PAD or RTA_UID:
                    continue;
                case RTA_OIF:
                    parts.Hop.LinkIndex = (int)attribute.UInt32;
                    continue;
                case RTA_MULTIPATH:
                    parts.Multipath = attribute.Value;
                    continue;
                case RTA_CACHEINFO:
                    ReadExpiry(attribute.Value, ref parts);
                    continue;
                case RTA_EXPIRES:
                    parts.Expires = attribute.UInt32 != 0;
                    parts.ExpiresSeconds = attribute.UInt32;
                    continue;
                case RTA_DST:
                    parts.Destination = attribute.Address;
                    break;
                case RTA_SRC:
                    parts.Source = attribute.Address;
                    break;
                case RTA_PREFSRC:
                    parts.PreferredSource = attribute.Address;
                    break;
                case RTA_TABLE:
                    parts.Table = attribute.UInt32;
                    break;
                case RTA_PRIORITY:
                    parts.Priority = attribute.UInt32;
                    break;
                case RTA_NH_ID:
                    parts.NexthopId = attribute.UInt32;
                    break;
            }

            if (!parts.Hop.Take(attribute))
            {
                builder.Copy(attribute);
            }
        }

        return !reader.Malformed;
    }

    /// <summary>struct rta_cacheinfo: rta_expires, the third number, is in clock ticks; 0 means for ever.</summary>
    private static void ReadExpiry(ReadOnlySpan<byte> cacheinfo, ref RouteParts parts)
    {
        if (cacheinfo.Length < 12)
        {
            return;
        }

        int ticks = BinaryPrimitives.ReadInt32LittleEndian(cacheinfo[8..]);
        if (ticks != 0)
        {
            parts.Expires = true;
            parts.ExpiresSeconds = (uint)Math.Max(1, ((long)ticks + (UserHz / 2)) / UserHz);
        }
    }

    private bool FinishSingle(
        ReadOnlySpan<byte> payload, scoped ref MessageBuilder builder, scoped in Hop hop, scoped in RouteParts parts, out ObservedObject observed)
    {
        hop.CopyTo(ref builder);
        if (hop.LinkIndex != 0)
        {
            builder.Attribute(RTA_OIF, (uint)hop.LinkIndex);
        }

        return Finish(payload, ref builder, hop, parts, out observed);
    }

    private static void AppendExpiry(scoped ref MessageBuilder builder, scoped in RouteParts parts)
    {
        if (parts.Expires)
        {
            builder.Attribute(RTA_EXPIRES, parts.ExpiresSeconds);
        }
    }

    private bool Finish(
        ReadOnlySpan<byte> payload, scoped ref MessageBuilder builder, scoped in Hop hop, scoped in RouteParts parts, out ObservedObject observed)
    {
        observed = default;
        int identityEnd = builder.Length;
        AppendExpiry(ref builder, parts);
        if (builder.Overflow)
        {
            return Fail();
        }

        BinaryPrimitives.WriteUInt32LittleEndian(builder.At(NetlinkMessage.HeaderLength)[8..], hop.Flags);
        builder.Finish();
        byte protocol = payload[5];
        observed = new ObservedObject
        {
            Key = new ObjectKey(
                ObjectKind.Route, payload[0], payload[1], payload[2], payload[3], parts.Table, parts.Priority,
                parts.Destination, parts.Source),
            Facts = new ObjectFacts
            {
                Protocol = protocol,
                Stage = hop.HasGateway || parts.NexthopId != 0 ? RestoreStage.GatewayedRoute : RestoreStage.ConnectedRoute,
                KernelMade = protocol is RTPROT_KERNEL or RTPROT_REDIRECT,
                Expires = parts.Expires,
                LinkIndex = hop.LinkIndex,
                NexthopId = parts.NexthopId,
                PreferredSource = parts.PreferredSource,
            },
            Request = builder.Written,
            Identity = builder.Written[NetlinkMessage.HeaderLength..identityEnd],
        };
        return true;
    }
}
