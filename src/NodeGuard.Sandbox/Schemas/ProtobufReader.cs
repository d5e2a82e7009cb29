using System.Buffers.Binary;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>One field of a protobuf message: a number, or the bytes of a text or message.</summary>
internal readonly ref struct ProtobufField(int number, ulong value, ReadOnlySpan<byte> bytes)
{
    public int Number { get; } = number;

    public ulong Value { get; } = value;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>Takes a protobuf message apart. Throws <see cref="FormatException"/> where it is cut or broken.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public bool TryRead(out ProtobufField field)
    {
        field = default;
        if (_rest.IsEmpty)
            return false;
        ulong tag = Varint();
        int number = (int)(tag >> 3);
        field = (tag & 7) switch
        {
            0 => new ProtobufField(number, Varint(), []),
            1 => new ProtobufField(number, BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), []),
            2 => new ProtobufField(number, 0, Take(Varint())),
            5 => new ProtobufField(number, BinaryPrimitives.ReadUInt32LittleEndian(Take(4)), []),
            _ => throw new FormatException($"wire type {tag & 7} of field {number} is unknown"),
        };
        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }

        throw new FormatException("a number is longer than 64 bits");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw new FormatException($"it ends {count - (ulong)_rest.Length} bytes too early");
        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
