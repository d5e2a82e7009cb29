using System.Globalization;
using System.Net;
using System.Text;

namespace NodeGuard.Linux.Netlink;

/// <summary>A view while its message is being read: its fields, and the words of its line.</summary>
internal sealed class ViewDraft(Func<int, string?> linkName)
{
    private readonly StringBuilder _text = new();

    public string Kind { get; set; } = "unknown";

    public byte Family { get; set; }

    public string? Destination { get; set; }

    public string? Source { get; set; }

    public string? Table { get; set; }

    public uint? Priority { get; set; }

    public byte Protocol { get; set; }

    public string ProtocolName { get; set; } = "unspec";

    public string? Device { get; set; }

    public string? Gateway { get; set; }

    public uint? NexthopId { get; set; }

    public string Line => _text.ToString();

    /// <summary>Words of a part, with the same link names.</summary>
    public ViewDraft NewLine() => new(linkName);

    public void Word(string word)
    {
        if (word.Length > 0)
        {
            _text.Append(_text.Length == 0 ? "" : " ").Append(word);
        }
    }

    public void Word(string name, string? value)
    {
        if (value is not null)
        {
            Word(name);
            Word(value);
        }
    }

    public void Word(string name, uint? value) =>
        Word(name, value is { } number ? RoutingNames.Number(number) : null);

    public string LinkName(int index) =>
        linkName(index) ?? string.Create(CultureInfo.InvariantCulture, $"if{index}");

    /// <summary>"any" for the wildcard of a rule, "default" for a route: the caller's word for no address.</summary>
    public static string? Prefix(in NetlinkAttribute address, byte length, string? none) =>
        Address(address.Value) is { } text ? string.Create(CultureInfo.InvariantCulture, $"{text}/{length}") : none;

    /// <summary>Null for anything but 4 or 16 bytes.</summary>
    public static string? Address(ReadOnlySpan<byte> bytes) =>
        bytes.Length is 4 or 16 ? new IPAddress(bytes).ToString() : null;

    /// <summary>RTA_VIA: struct rtvia, a family of 2 bytes and an address of that family.</summary>
    public static string? Via(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 2 && Address(bytes[2..]) is { } address ? $"{RoutingNames.Family(bytes[0])} {address}" : null;

    public static string Hex(uint number) => string.Create(CultureInfo.InvariantCulture, $"0x{number:x}");

    /// <summary>Realms: the source in the upper half, 0 for none.</summary>
    public static string Realms(uint flow) => flow >> 16 == 0
        ? RoutingNames.Number(flow)
        : string.Create(CultureInfo.InvariantCulture, $"{flow >> 16}/{flow & 0xFFFF}");

    public static string Text(in NetlinkAttribute attribute) => Encoding.UTF8.GetString(attribute.Text);

    public RoutingObjectView ToView() => new()
    {
        Kind = Kind,
        Family = RoutingNames.Family(Family),
        Text = Line,
        Destination = Destination,
        Source = Source,
        Table = Table,
        Priority = Priority,
        Protocol = Protocol,
        ProtocolName = ProtocolName,
        Device = Device,
        Gateway = Gateway,
        NexthopId = NexthopId,
    };
}
