using System.Buffers.Binary;

namespace NodeGuard.Linux.Netlink;

/// <summary>
/// Builds one netlink message in memory that the caller lends. What does not fit sets <see cref="Overflow"/> and is
/// left out; nothing is ever written beyond the end.
/// </summary>
public ref struct MessageBuilder(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    public int Length { get; private set; }

    public bool Overflow { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _target[..Length];

    /// <summary>The header, with sequence and portid zero; <see cref="Finish"/> writes the length.</summary>
    public void Header(ushort type, ushort flags)
    {
        if (Reserve(NetlinkMessage.HeaderLength, out Span<byte> header))
        {
            header.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], type);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], flags);
        }
    }

    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (Reserve(bytes.Length, out Span<byte> place))
        {
            bytes.CopyTo(place);
        }
    }

    /// <summary>An attribute as it came, padded.</summary>
    public void Copy(scoped in NetlinkAttribute attribute)
    {
        int length = attribute.Bytes.Length;
        if (Reserve(NetlinkReader.Align(length), out Span<byte> place))
        {
            attribute.Bytes.CopyTo(place);
            place[length..].Clear();
        }
    }

    public void Attribute(ushort type, scoped ReadOnlySpan<byte> value)
    {
        int length = NetlinkAttribute.HeaderLength + value.Length;
        if (Reserve(NetlinkReader.Align(length), out Span<byte> place))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(place, (ushort)length);
            BinaryPrimitives.WriteUInt16LittleEndian(place[2..], type);
            value.CopyTo(place[NetlinkAttribute.HeaderLength..]);
            place[length..].Clear();
        }
    }

    public void Attribute(ushort type, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Attribute(type, bytes);
    }

    /// <summary>Starts an attribute whose length <see cref="Close"/> writes.</summary>
    public int Open(ushort type)
    {
        int at = Length;
        Attribute(type, []);
        return at;
    }

    public readonly void Close(int opened)
    {
        if (!Overflow)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_target[opened..], (ushort)(Length - opened));
        }
    }

    /// <summary>Bytes already written, to be changed in place.</summary>
    public readonly Span<byte> At(int offset) => _target[offset..Length];

    public readonly void Finish() => BinaryPrimitives.WriteInt32LittleEndian(_target, Length);

    private bool Reserve(int length, out Span<byte> place)
    {
        place = default;
        if (Overflow || length > _target.Length - Length)
        {
            Overflow = true;
            return false;
        }

        place = _target.Slice(Length, length);
        Length += length;
        return true;
    }
}
