using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>A routing object for people and programs, read from the message that creates it.</summary>
public sealed record RoutingObjectView
{
    /// <summary>address, nexthop, route or rule; unknown for bytes that are no message about one.</summary>
    public required string Kind { get; init; }

    /// <summary>inet, inet6, or any for a nexthop group.</summary>
    public required string Family { get; init; }

    /// <summary>As `ip` would print it, on one line.</summary>
    public required string Text { get; init; }

    /// <summary>With its prefix length, or "default"; of a rule what it matches, null for all. An address's own.</summary>
    public string? Destination { get; init; }

    /// <summary>Of routes and rules: with its prefix length, null for all.</summary>
    public string? Source { get; init; }

    /// <summary>Name or number; null for addresses, nexthops and rules that look up none.</summary>
    public string? Table { get; init; }

    /// <summary>Of a rule, or the metric of a route or address; null where the kernel told none.</summary>
    public uint? Priority { get; init; }

    public byte Protocol { get; init; }

    public required string ProtocolName { get; init; }

    /// <summary>Output link; of a rule the link that it matches. The name, or "if" and the index of a link that is gone.</summary>
    public string? Device { get; init; }

    public string? Gateway { get; init; }

    /// <summary>Of a nexthop, or the one that a route uses.</summary>
    public uint? NexthopId { get; init; }

    /// <summary>Reads what it can and never fails: bytes that are no such message give kind "unknown".</summary>
    /// <param name="request">A whole message RTM_NEWADDR, RTM_NEWNEXTHOP, RTM_NEWROUTE or RTM_NEWRULE.</param>
    /// <param name="linkName">The name of a link by its index, or null.</param>
    public static RoutingObjectView From(ReadOnlySpan<byte> request, Func<int, string?> linkName)
    {
        ArgumentNullException.ThrowIfNull(linkName);
        var draft = new ViewDraft(linkName);
        bool read = request.Length >= NetlinkMessage.HeaderLength
            && Read(BinaryPrimitives.ReadUInt16LittleEndian(request[4..]), request[NetlinkMessage.HeaderLength..], draft);
        return read ? draft.ToView() : new RoutingObjectView
        {
            Kind = "unknown",
            Family = RoutingNames.Family(AF_UNSPEC),
            Text = $"unreadable message of {request.Length} bytes",
            ProtocolName = RoutingNames.RouteProtocol(0),
        };
    }

    private static bool Read(ushort type, ReadOnlySpan<byte> payload, ViewDraft draft) => type switch
    {
        RTM_NEWADDR => AddressText.Read(payload, draft),
        RTM_NEWNEXTHOP => NexthopText.Read(payload, draft),
        RTM_NEWROUTE => RouteText.Read(payload, draft),
        RTM_NEWRULE => RuleText.Read(payload, draft),
        _ => false,
    };
}
