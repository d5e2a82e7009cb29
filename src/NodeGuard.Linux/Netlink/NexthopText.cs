using System.Buffers.Binary;
using System.Globalization;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>Reads an RTM_NEWNEXTHOP: "nexthop id 7 via 192.0.2.1 dev eth0 proto static".</summary>
internal static class NexthopText
{
    private const int NhmsgLength = 8;
    private const int NexthopGrpLength = 8;
    private const ushort NEXTHOP_GRP_TYPE_RES = 1;

    /// <summary>False when the message is too short.</summary>
    public static bool Read(ReadOnlySpan<byte> payload, ViewDraft draft)
    {
        if (payload.Length < NhmsgLength)
        {
            return false;
        }

        draft.Kind = "nexthop";
        draft.Family = payload[0];
        draft.Protocol = payload[2];
        draft.ProtocolName = RoutingNames.RouteProtocol(payload[2]);
        var words = new List<(string Name, string? Value)>();
        var attributes = new AttributeReader(payload[NhmsgLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            Take(attribute, draft, words);
        }

        draft.Word("nexthop");
        draft.Word("id", draft.NexthopId ?? 0);
        draft.Word("via", draft.Gateway);
        draft.Word("dev", draft.Device);
        foreach ((string name, string? value) in words)
        {
            draft.Word(name);
            draft.Word(value ?? "");
        }

        draft.Word((BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) & RTNH_F_ONLINK) != 0 ? "onlink" : "");
        draft.Word("proto", draft.ProtocolName);
        return true;
    }

    private static void Take(in NetlinkAttribute attribute, ViewDraft draft, List<(string Name, string? Value)> words)
    {
        switch (attribute.Type)
        {
            case NHA_ID:
                draft.NexthopId = attribute.UInt32;
                break;
            case NHA_GATEWAY:
                draft.Gateway = ViewDraft.Address(attribute.Value);
                break;
            case NHA_OIF:
                draft.Device = draft.LinkName((int)attribute.UInt32);
                break;
            case NHA_GROUP:
                words.Add(("group", Group(attribute.Value)));
                break;
            case NHA_GROUP_TYPE when attribute.Value.Length >= 2
                && BinaryPrimitives.ReadUInt16LittleEndian(attribute.Value) == NEXTHOP_GRP_TYPE_RES:
                words.Add(("type", "resilient"));
                break;
            case NHA_BLACKHOLE:
                words.Add(("blackhole", null));
                break;
            case NHA_FDB:
                words.Add(("fdb", null));
                break;
            case NHA_ENCAP_TYPE when attribute.Value.Length >= 2:
                words.Add(("encap", RoutingNames.Encapsulation(BinaryPrimitives.ReadUInt16LittleEndian(attribute.Value))));
                break;
        }
    }

    /// <summary>struct nexthop_grp: id, weight - 1 (upper byte two bytes on, since 6.12); as `ip`: 1/2,10.</summary>
    private static string Group(ReadOnlySpan<byte> members)
    {
        var texts = new List<string>();
        for (int at = 0; at + NexthopGrpLength <= members.Length; at += NexthopGrpLength)
        {
            uint id = BinaryPrimitives.ReadUInt32LittleEndian(members[at..]);
            int weight = members[at + 4] + (members[at + 5] << 8) + 1;
            texts.Add(weight == 1 ? RoutingNames.Number(id) : string.Create(CultureInfo.InvariantCulture, $"{id},{weight}"));
        }

        return string.Join('/', texts);
    }
}
