using System.Buffers.Binary;
using System.Globalization;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Reads an RTM_NEWROUTE: "10.1.0.0/16 via 192.0.2.1 dev eth0 table 100 metric 5 proto static".</summary>
internal static class RouteText
{
    private const int RtmsgLength = 12;
    private const int RtnexthopLength = 8;

    /// <summary>False when the message is too short.</summary>
    public static bool Read(ReadOnlySpan<byte> payload, ViewDraft draft)
    {
        if (payload.Length < RtmsgLength)
        {
            return false;
        }

        draft.Kind = "route";
        draft.Family = payload[0];
        draft.Protocol = payload[5];
        draft.ProtocolName = RoutingNames.RouteProtocol(payload[5]);
        draft.Destination = payload[1] == 0 ? "default" : "none";
        draft.Table = RoutingNames.Table(payload[4]);
        var route = new Parts();
        var attributes = new AttributeReader(payload[RtmsgLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (!route.WayOut.Take(attribute, draft))
            {
                route.Take(attribute, payload, draft);
            }
        }

        draft.Gateway = route.WayOut.Gateway;
        draft.Device = route.WayOut.Device;
        Write(payload, route, draft);
        return true;
    }

    private static void Write(ReadOnlySpan<byte> payload, Parts route, ViewDraft draft)
    {
        draft.Word(RoutingNames.RouteType(payload[7]));
        draft.Word(draft.Destination!);
        draft.Word("from", draft.Source);
        draft.Word("tos", payload[3] == 0 ? null : ViewDraft.Hex(payload[3]));
        draft.Word("nhid", draft.NexthopId);
        route.WayOut.Write(draft);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        draft.Word((flags & RTNH_F_ONLINK) != 0 ? "onlink" : "");
        draft.Word("table", draft.Table == RoutingNames.Table(254) ? null : draft.Table);
        draft.Word("scope", payload[6] == 0 ? null : RoutingNames.Scope(payload[6]));
        draft.Word("metric", draft.Priority);
        draft.Word("proto", draft.ProtocolName);
        foreach (string word in route.Words)
        {
            draft.Word(word);
        }
    }

    /// <summary>One way out: gateway, device, encapsulation, realms.</summary>
    private sealed class WayOut
    {
        private string? _encapsulation;
        private string? _realms;

        public string? Gateway { get; private set; }

        public string? Device { get; set; }

        public bool Take(in NetlinkAttribute attribute, ViewDraft draft)
        {
            switch (attribute.Type)
            {
                case RTA_GATEWAY:
                    Gateway = ViewDraft.Address(attribute.Value);
                    return true;
                case RTA_VIA:
                    Gateway = ViewDraft.Via(attribute.Value);
                    return true;
                case RTA_OIF:
                    Device = draft.LinkName((int)attribute.UInt32);
                    return true;
                case RTA_ENCAP_TYPE when attribute.Value.Length >= 2:
                    _encapsulation = RoutingNames.Encapsulation(BinaryPrimitives.ReadUInt16LittleEndian(attribute.Value));
                    return true;
                case RTA_FLOW:
                    _realms = ViewDraft.Realms(attribute.UInt32);
                    return true;
                default:
                    return false;
            }
        }

        public void Write(ViewDraft draft)
        {
            draft.Word("encap", _encapsulation);
            draft.Word("via", Gateway);
            draft.Word("dev", Device);
            draft.Word("realms", _realms);
        }
    }

    private sealed class Parts
    {
        public WayOut WayOut { get; } = new();

        public List<string> Words { get; } = [];

        public void Take(in NetlinkAttribute attribute, ReadOnlySpan<byte> payload, ViewDraft draft)
        {
            switch (attribute.Type)
            {
                case RTA_DST:
                    draft.Destination = ViewDraft.Prefix(attribute, payload[1], draft.Destination);
                    break;
                case RTA_SRC:
                    draft.Source = ViewDraft.Prefix(attribute, payload[2], none: null);
                    break;
                case RTA_TABLE:
                    draft.Table = RoutingNames.Table(attribute.UInt32);
                    break;
                case RTA_PRIORITY:
                    draft.Priority = attribute.UInt32;
                    break;
                case RTA_NH_ID:
                    draft.NexthopId = attribute.UInt32;
                    break;
                case RTA_PREFSRC:
                    Words.Add($"src {ViewDraft.Address(attribute.Value)}");
                    break;
                case RTA_METRICS:
                    TakeMetrics(attribute.Value);
                    break;
                case RTA_PREF when attribute.Value.Length > 0:
                    Words.Add($"pref {Preference(attribute.Value[0])}");
                    break;
                case RTA_EXPIRES:
                    Words.Add(string.Create(CultureInfo.InvariantCulture, $"expires {attribute.UInt32}sec"));
                    break;
                case RTA_MULTIPATH:
                    TakeHops(attribute.Value, draft);
                    break;
            }
        }

        private static string Preference(byte preference) => preference switch
        {
            0 => "medium",
            1 => "high",
            3 => "low",
            _ => RoutingNames.Number(preference),
        };

        private void TakeMetrics(ReadOnlySpan<byte> metrics)
        {
            uint locked = 0;
            var locks = new AttributeReader(metrics);
            while (locks.Next(out NetlinkAttribute metric))
            {
                locked |= metric.Type == RTAX_LOCK ? metric.UInt32 : 0;
            }

            var values = new AttributeReader(metrics);
            while (values.Next(out NetlinkAttribute metric))
            {
                if (metric.Type == RTAX_LOCK)
                {
                    continue;
                }

                string value = metric.Type == RTAX_CC_ALGO ? ViewDraft.Text(metric) : RoutingNames.Number(metric.UInt32);
                string lockWord = metric.Type < 32 && (locked & (1u << metric.Type)) != 0 ? "lock " : "";
                Words.Add($"{RoutingNames.Metric(metric.Type)} {lockWord}{value}");
            }
        }

        /// <summary>struct rtnexthop: length, flags, weight - 1, ifindex, then attributes.</summary>
        private void TakeHops(ReadOnlySpan<byte> multipath, ViewDraft draft)
        {
            while (multipath.Length >= RtnexthopLength)
            {
                int length = BinaryPrimitives.ReadUInt16LittleEndian(multipath);
                if (length < RtnexthopLength || length > multipath.Length)
                {
                    return;
                }

                Words.Add(HopText(multipath[..length], draft));
                multipath = multipath[Math.Min(NetlinkReader.Align(length), multipath.Length)..];
            }
        }

        private static string HopText(ReadOnlySpan<byte> hop, ViewDraft draft)
        {
            int link = BinaryPrimitives.ReadInt32LittleEndian(hop[4..]);
            var wayOut = new WayOut { Device = link == 0 ? null : draft.LinkName(link) };
            var attributes = new AttributeReader(hop[RtnexthopLength..]);
            while (attributes.Next(out NetlinkAttribute attribute))
            {
                wayOut.Take(attribute, draft);
            }

            ViewDraft words = draft.NewLine();
            words.Word("nexthop");
            wayOut.Write(words);
            words.Word("weight", (uint)hop[3] + 1);
            words.Word((hop[2] & RTNH_F_ONLINK) != 0 ? "onlink" : "");
            return words.Line;
        }
    }
}
