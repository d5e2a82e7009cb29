using System.Buffers.Binary;
using System.Globalization;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Reads an RTM_NEWRULE: "not from 10.0.0.0/8 fwmark 0x1/0xff lookup 100 priority 512".</summary>
internal static class RuleText
{
    private const int FibRuleHdrLength = 12;

    /// <summary>False when the message is too short.</summary>
    public static bool Read(ReadOnlySpan<byte> payload, ViewDraft draft)
    {
        if (payload.Length < FibRuleHdrLength)
        {
            return false;
        }

        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]);
        var rule = new Parts
        {
            DestinationLength = payload[1],
            SourceLength = payload[2],
            Tos = payload[3],
            Table = payload[4],
            Action = payload[7],
        };
        var attributes = new AttributeReader(payload[FibRuleHdrLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            rule.Take(attribute);
        }

        draft.Kind = "rule";
        draft.Family = payload[0];
        draft.Source = rule.Source;
        draft.Destination = rule.Destination;
        draft.Priority = rule.Priority;
        draft.Protocol = rule.Protocol;
        draft.ProtocolName = RoutingNames.RouteProtocol(rule.Protocol);
        draft.Device = rule.Output ?? rule.Input;
        draft.Table = rule.Action == FR_ACT_TO_TBL && !rule.L3Mdev ? RoutingNames.Table(rule.Table) : null;
        draft.Word((flags & FIB_RULE_INVERT) != 0 ? "not" : "");
        rule.WriteMatch(draft);
        rule.WriteAction(draft);
        draft.Word("priority", rule.Priority ?? 0);
        draft.Word("proto", draft.ProtocolName);
        return true;
    }

    private sealed class Parts
    {
        private uint? _mark;
        private uint? _mask;
        private uint? _goto;
        private uint? _flow;
        private uint _suppressLength = uint.MaxValue;
        private uint _suppressGroup = uint.MaxValue;
        private ulong? _tunnel;
        private string? _users;
        private string? _ipProtocol;
        private string? _sourcePorts;
        private string? _destinationPorts;
        private uint? _dscp;

        public byte DestinationLength { get; init; }

        public byte SourceLength { get; init; }

        public byte Tos { get; init; }

        public byte Action { get; init; }

        public uint Table { get; set; }

        public uint? Priority { get; private set; }

        public byte Protocol { get; private set; }

        public bool L3Mdev { get; private set; }

        public string? Source { get; private set; }

        public string? Destination { get; private set; }

        public string? Input { get; private set; }

        public string? Output { get; private set; }

        public void Take(in NetlinkAttribute attribute)
        {
            switch (attribute.Type)
            {
                case FRA_DST:
                    Destination = ViewDraft.Prefix(attribute, DestinationLength, none: null);
                    break;
                case FRA_SRC:
                    Source = ViewDraft.Prefix(attribute, SourceLength, none: null);
                    break;
                case FRA_IIFNAME:
                    Input = ViewDraft.Text(attribute);
                    break;
                case FRA_OIFNAME:
                    Output = ViewDraft.Text(attribute);
                    break;
                case FRA_PRIORITY:
                    Priority = attribute.UInt32;
                    break;
                case FRA_TABLE:
                    Table = attribute.UInt32;
                    break;
                case FRA_PROTOCOL when attribute.Value.Length > 0:
                    Protocol = attribute.Value[0];
                    break;
                case FRA_L3MDEV when attribute.Value.Length > 0:
                    L3Mdev = attribute.Value[0] != 0;
                    break;
                default:
                    TakeSelector(attribute);
                    break;
            }
        }

        public void WriteMatch(ViewDraft draft)
        {
            draft.Word("from", Source ?? "all");
            draft.Word("to", Destination);
            draft.Word("tos", Tos == 0 ? null : ViewDraft.Hex(Tos));
            draft.Word("dscp", _dscp);
            draft.Word("fwmark", Mark());
            draft.Word("iif", Input);
            draft.Word("oif", Output);
            draft.Word("uidrange", _users);
            draft.Word("ipproto", _ipProtocol);
            draft.Word("sport", _sourcePorts);
            draft.Word("dport", _destinationPorts);
            draft.Word("tun_id", _tunnel?.ToString(CultureInfo.InvariantCulture));
        }

        public void WriteAction(ViewDraft draft)
        {
            switch (Action)
            {
                case FR_ACT_TO_TBL when L3Mdev:
                    draft.Word("l3mdev");
                    break;
                case FR_ACT_TO_TBL:
                    draft.Word("lookup", RoutingNames.Table(Table));
                    break;
                case FR_ACT_GOTO:
                    draft.Word("goto", _goto ?? 0);
                    break;
                case FR_ACT_NOP:
                    draft.Word("nop");
                    break;
                default:
                    draft.Word(RoutingNames.RouteType(Action));
                    break;
            }

            draft.Word("suppress_prefixlength", _suppressLength == uint.MaxValue ? null : _suppressLength);
            draft.Word("suppress_ifgroup", _suppressGroup == uint.MaxValue ? null : _suppressGroup);
            draft.Word("realms", _flow is { } flow ? ViewDraft.Realms(flow) : null);
        }

        private void TakeSelector(in NetlinkAttribute attribute)
        {
            switch (attribute.Type)
            {
                case FRA_FWMARK:
                    _mark = attribute.UInt32;
                    break;
                case FRA_FWMASK:
                    _mask = attribute.UInt32;
                    break;
                case FRA_GOTO:
                    _goto = attribute.UInt32;
                    break;
                case FRA_FLOW:
                    _flow = attribute.UInt32;
                    break;
                case FRA_TUN_ID when attribute.Value.Length >= 8:
                    _tunnel = BinaryPrimitives.ReadUInt64BigEndian(attribute.Value);
                    break;
                case FRA_SUPPRESS_PREFIXLEN:
                    _suppressLength = attribute.UInt32;
                    break;
                case FRA_SUPPRESS_IFGROUP:
                    _suppressGroup = attribute.UInt32;
                    break;
                case FRA_UID_RANGE when attribute.Value.Length >= 8:
                    _users = Range(attribute.UInt32, BinaryPrimitives.ReadUInt32LittleEndian(attribute.Value[4..]));
                    break;
                case FRA_IP_PROTO when attribute.Value.Length > 0:
                    _ipProtocol = RoutingNames.IpProtocol(attribute.Value[0]);
                    break;
                case FRA_SPORT_RANGE when attribute.Value.Length >= 4:
                    _sourcePorts = Ports(attribute.Value);
                    break;
                case FRA_DPORT_RANGE when attribute.Value.Length >= 4:
                    _destinationPorts = Ports(attribute.Value);
                    break;
                case FRA_DSCP when attribute.Value.Length > 0:
                    _dscp = attribute.Value[0];
                    break;
            }
        }

        /// <summary>The kernel tells a mask of all ones, which `ip` leaves out, and a mask without a mark.</summary>
        private string? Mark() => (_mark, _mask) switch
        {
            (null or 0, null or 0) => null,
            ({ } mark, null or uint.MaxValue) => ViewDraft.Hex(mark),
            var (mark, mask) => $"{ViewDraft.Hex(mark ?? 0)}/{ViewDraft.Hex(mask ?? 0)}",
        };

        /// <summary>struct fib_rule_port_range: two numbers of 2 bytes, host order.</summary>
        private static string Ports(ReadOnlySpan<byte> value)
        {
            ushort first = BinaryPrimitives.ReadUInt16LittleEndian(value);
            ushort last = BinaryPrimitives.ReadUInt16LittleEndian(value[2..]);
            return first == last ? RoutingNames.Number(first) : Range(first, last);
        }

        private static string Range(uint first, uint last) =>
            string.Create(CultureInfo.InvariantCulture, $"{first}-{last}");
    }
}
