using System.Buffers.Binary;
using NodeGuard.Core.Routing;

namespace NodeGuard.Linux.Netlink;

/// <summary>One message of a datagram: its header fields, and all its bytes with the header.</summary>
public readonly ref struct NetlinkMessage(ReadOnlySpan<byte> bytes)
{
    public const int HeaderLength = 16;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ReadOnlySpan<byte> Payload => Bytes[HeaderLength..];

    public ushort Type => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[4..]);

    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[6..]);

    public uint Sequence => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[8..]);

    public uint PortId => BinaryPrimitives.ReadUInt32LittleEndian(Bytes[12..]);
}

/// <summary>Walks the messages of a datagram; stops, and says so, at the first whose length does not fit.</summary>
public ref struct NetlinkReader(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public bool Malformed { get; private set; }

    public bool Next(out NetlinkMessage message)
    {
        message = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        if (_rest.Length < NetlinkMessage.HeaderLength)
        {
            Malformed = true;
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < NetlinkMessage.HeaderLength || length > (uint)_rest.Length)
        {
            Malformed = true;
            return false;
        }

        message = new NetlinkMessage(_rest[..(int)length]);
        _rest = _rest[Math.Min(Align((int)length), _rest.Length)..];
        return true;
    }

    internal static int Align(int length) => (length + 3) & ~3;
}

/// <summary>One attribute. The type is without the NESTED and byte-order bits; <see cref="Bytes"/> is as it came, unpadded.</summary>
public readonly ref struct NetlinkAttribute(ReadOnlySpan<byte> bytes)
{
    public const int HeaderLength = 4;
    private const ushort TypeMask = 0x3FFF;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public ReadOnlySpan<byte> Value => Bytes[HeaderLength..];

    public ushort Type => (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(Bytes[2..]) & TypeMask);

    /// <summary>The value as a number of 4 bytes in host order; 0 when it is shorter.</summary>
    public uint UInt32 => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    /// <summary>An IPv4 or IPv6 address as a number; 0 for any other length.</summary>
    public AddressNumber Address => AddressNumber.ReadBigEndian(Value);

    /// <summary>A name without its terminating NUL.</summary>
    public ReadOnlySpan<byte> Text
    {
        get
        {
            int end = Value.IndexOf((byte)0);
            return end < 0 ? Value : Value[..end];
        }
    }
}

/// <summary>Walks attributes, bounded by their container.</summary>
public ref struct AttributeReader(ReadOnlySpan<byte> attributes)
{
    private ReadOnlySpan<byte> _rest = attributes;

    public bool Malformed { get; private set; }

    public bool Next(out NetlinkAttribute attribute)
    {
        attribute = default;
        if (_rest.Length < NetlinkAttribute.HeaderLength)
        {
            Malformed |= !_rest.IsEmpty;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < NetlinkAttribute.HeaderLength || length > _rest.Length)
        {
            Malformed = true;
            return false;
        }

        attribute = new NetlinkAttribute(_rest[..length]);
        _rest = _rest[Math.Min(NetlinkReader.Align(length), _rest.Length)..];
        return true;
    }
}
