using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <param name="Up">Administratively up and with carrier: IPv4 nexthops die silently with either (measured on 6.18).</param>
public sealed record LinkInfo(int Index, string Name, bool Up);

public enum LinkChange
{
    None,
    WentUp,
    WentDown,
}

/// <summary>The links by index, as notifications and dumps showed them. Written by one thread, read by any.</summary>
public sealed class LinkTable
{
    private const int IfinfomsgLength = 16;

    private readonly ConcurrentDictionary<int, LinkInfo> _links = new();

    public IEnumerable<LinkInfo> Links => _links.Values.OrderBy(link => link.Index);

    public string? NameOf(int index) => _links.TryGetValue(index, out LinkInfo? link) ? link.Name : null;

    public int? IndexOf(string name) => _links.Values.FirstOrDefault(link => link.Name == name)?.Index;

    /// <summary>Takes a link message in; says whether the link came up or went down (or away) by it.</summary>
    public LinkChange Take(in NetlinkMessage message, out int index)
    {
        index = 0;
        ReadOnlySpan<byte> payload = message.Payload;

        // Bridges tell of their ports with the same message type and their own family: not a state of the link.
        if (message.Type is not (RTM_NEWLINK or RTM_DELLINK) || payload.Length < IfinfomsgLength || payload[0] != AF_UNSPEC)
        {
            return LinkChange.None;
        }

        index = BinaryPrimitives.ReadInt32LittleEndian(payload[4..]);
        const uint upAndRunning = IFF_UP | IFF_RUNNING;
        bool up = (BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]) & upAndRunning) == upAndRunning;
        _links.TryGetValue(index, out LinkInfo? known);
        if (message.Type == RTM_DELLINK)
        {
            _links.TryRemove(index, out _);
            return LinkChange.WentDown;
        }

        string name = ReadName(payload, known?.Name) ?? known?.Name ?? $"if{index}";
        if (known is null || known.Up != up || known.Name != name)
        {
            _links[index] = new LinkInfo(index, name, up);
        }

        return known is null || known.Up == up ? LinkChange.None : up ? LinkChange.WentUp : LinkChange.WentDown;
    }

    /// <summary>The known name itself where it is still the name: links are told of again and again, on the guard's thread too.</summary>
    private static string? ReadName(ReadOnlySpan<byte> payload, string? known)
    {
        var attributes = new AttributeReader(payload[IfinfomsgLength..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type == IFLA_IFNAME)
            {
                return Ascii.Equals(attribute.Text, known) ? known : Encoding.UTF8.GetString(attribute.Text);
            }
        }

        return null;
    }
}
