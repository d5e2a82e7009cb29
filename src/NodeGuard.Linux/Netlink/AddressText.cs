using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Reads an RTM_NEWADDR: "192.0.2.9/32 dev eth0 scope global label eth0:1".</summary>
internal static class AddressText
{
    private const int IfaddrmsgLength = 8;

    private static readonly (uint Flag, string Name)[] FlagNames =
    [
        (IFA_F_NODAD, "nodad"),
        (0x10, "home"),
        (0x100, "mngtmpaddr"),
        (IFA_F_NOPREFIXROUTE, "noprefixroute"),
        (0x400, "autojoin"),
    ];

    /// <summary>False when the message is too short.</summary>
    public static bool Read(ReadOnlySpan<byte> payload, ViewDraft draft)
    {
        if (payload.Length < IfaddrmsgLength)
        {
            return false;
        }

        byte length = payload[1];
        draft.Kind = "address";
        draft.Family = payload[0];
        draft.Device = draft.LinkName((int)BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]));
        draft.ProtocolName = RoutingNames.AddressProtocol(0);
        var address = new Parts { Flags = payload[2] };
        var attributes = new AttributeReader(payload[IfaddrmsgLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            address.Take(attribute, length, draft);
        }

        draft.Destination = address.Local ?? address.Address;
        bool peer = address.Local is not null && address.Address is not null && address.Local != address.Address;
        draft.Word(draft.Destination ?? "none");
        draft.Word("peer", peer ? address.Address : null);
        draft.Word("dev", draft.Device);
        draft.Word("broadcast", address.Broadcast);
        draft.Word("scope", RoutingNames.Scope(payload[3]));
        draft.Word("label", address.Label is { } label && label != draft.Device ? label : null);
        draft.Word("metric", draft.Priority);
        draft.Word("proto", draft.Protocol == 0 ? null : draft.ProtocolName);
        foreach ((uint flag, string name) in FlagNames)
        {
            draft.Word((address.Flags & flag) != 0 ? name : "");
        }

        draft.Word("valid_lft", address.Valid == uint.MaxValue ? null : address.Valid);
        draft.Word("preferred_lft", address.Preferred == uint.MaxValue ? null : address.Preferred);
        return true;
    }

    private sealed class Parts
    {
        public uint Flags { get; set; }

        public string? Local { get; private set; }

        public string? Address { get; private set; }

        public string? Broadcast { get; private set; }

        public string? Label { get; private set; }

        public uint Preferred { get; private set; } = uint.MaxValue;

        public uint Valid { get; private set; } = uint.MaxValue;

        public void Take(in NetlinkAttribute attribute, byte length, ViewDraft draft)
        {
            switch (attribute.Type)
            {
                case IFA_LOCAL:
                    Local = ViewDraft.Prefix(attribute, length, none: null);
                    break;
                case IFA_ADDRESS:
                    Address = ViewDraft.Prefix(attribute, length, none: null);
                    break;
                case IFA_BROADCAST:
                    Broadcast = ViewDraft.Address(attribute.Value);
                    break;
                case IFA_LABEL:
                    Label = ViewDraft.Text(attribute);
                    break;
                case IFA_FLAGS:
                    Flags = attribute.UInt32;
                    break;
                case IFA_RT_PRIORITY:
                    draft.Priority = attribute.UInt32;
                    break;
                case IFA_PROTO when attribute.Value.Length == 1:
                    draft.Protocol = attribute.Value[0];
                    draft.ProtocolName = RoutingNames.AddressProtocol(draft.Protocol);
                    break;
                case IFA_CACHEINFO when attribute.Value.Length >= 8:
                    Preferred = attribute.UInt32;
                    Valid = BinaryPrimitives.ReadUInt32LittleEndian(attribute.Value[4..]);
                    break;
            }
        }
    }
}
