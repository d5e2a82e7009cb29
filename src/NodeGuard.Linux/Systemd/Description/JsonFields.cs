using System.Text.Json;
using NodeGuard.Core.Routing;

namespace NodeGuard.Linux.Systemd.Description;

/// <summary>Fields of a JSON object of unknown shape. What is absent or of another kind is null.</summary>
internal readonly struct JsonFields(JsonElement element)
{
    public string? Text(string name) =>
        Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public uint? Number(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetUInt32(out uint number) ? number : null;

    public byte? Octet(string name) => Number(name) is <= byte.MaxValue and var number ? (byte)number : null;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public bool Has(string name) => Find(name) is not null;

    /// <summary>An address as an array of 4 or 16 numbers: its family (AF_INET 2, AF_INET6 10) and value in host order.</summary>
    public OwnGateway? Address(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() is not (4 or 16))
            return null;
        Span<byte> bytes = stackalloc byte[16];
        int length = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetByte(out bytes[length++]))
                return null;
        }

        return new OwnGateway(length == 4 ? (byte)2 : (byte)10, AddressNumber.ReadBigEndian(bytes[..length]));
    }

    public IEnumerable<JsonElement> Items(string name) =>
        Find(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private JsonElement? Find(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;
}
