using System.Buffers.Binary;
using System.Text;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>How a field is written.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Group = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}

/// <summary>One field of a protobuf message: a number, or the bytes of a text or message.</summary>
internal readonly ref struct ProtobufField(int number, WireType wire, int start)
{
    public int Number => number;

    public WireType Wire => wire;

    public ulong Value { get; init; }

    public ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>Where its value begins in the body, in bytes.</summary>
    public int Start => start;

    /// <summary>Its bytes as a message.</summary>
    public ProtobufReader Message => new(Bytes, start);

    /// <summary>Bytes that are no UTF-8 become U+FFFD, as in a real server's answers.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Throws <see cref="FormatException"/> where it is written in another way than its kind of value is.</summary>
    public void Expect(WireType wanted, string name)
    {
        if (wire != wanted)
            throw new FormatException($"wrong wire type {(int)wire} for field {name}, wanted {(int)wanted}, at byte {start}");
    }
}

/// <summary>
/// Takes a protobuf message apart. Throws <see cref="FormatException"/> with the place in the body where it is cut or broken.
/// Groups have no place in Kubernetes' messages, and are skipped.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int start)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    public bool TryRead(out ProtobufField field)
    {
        field = default;
        if (_at == _message.Length)
            return false;
        (int number, WireType wire) = Tag();
        int begin = start + _at;
        switch (wire)
        {
            case WireType.Varint:
                field = new ProtobufField(number, wire, begin) { Value = Varint() };
                break;
            case WireType.Bytes:
                ReadOnlySpan<byte> bytes = Take(Varint());
                field = new ProtobufField(number, wire, start + _at - bytes.Length) { Bytes = bytes };
                break;
            case WireType.Group:
                SkipGroup();
                field = new ProtobufField(number, wire, begin);
                break;
            case WireType.GroupEnd:
                throw new FormatException($"the end of a group without a group at byte {begin}");
            default:
                ReadOnlySpan<byte> @fixed = Take(wire == WireType.Fixed64 ? 8UL : 4UL);
                ulong value = @fixed.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(@fixed) : BinaryPrimitives.ReadUInt32LittleEndian(@fixed);
                field = new ProtobufField(number, wire, begin) { Value = value };
                break;
        }

        return true;
    }

    /// <summary>The next of a packed list of numbers.</summary>
    public bool TryReadNumber(out ulong value)
    {
        value = 0;
        if (_at == _message.Length)
            return false;
        value = Varint();
        return true;
    }

    private (int Number, WireType Wire) Tag()
    {
        int begin = start + _at;
        ulong tag = Varint();
        int number = (int)(tag >> 3);
        if (number <= 0)
            throw new FormatException($"{number} is no number of a field at byte {begin}");
        if ((tag & 7) > (ulong)WireType.Fixed32)
            throw new FormatException($"wire type {tag & 7} of field {number} is unknown at byte {begin}");
        return (number, (WireType)(tag & 7));
    }

    // In a loop, so that a body of nothing but beginnings of groups takes no stack.
    private void SkipGroup()
    {
        for (int open = 1; open > 0;)
        {
            switch (Tag().Wire)
            {
                case WireType.Varint:
                    Varint();
                    break;
                case WireType.Fixed64:
                    Take(8);
                    break;
                case WireType.Bytes:
                    Take(Varint());
                    break;
                case WireType.Group:
                    open++;
                    break;
                case WireType.GroupEnd:
                    open--;
                    break;
                default:
                    Take(4);
                    break;
            }
        }
    }

    private ulong Varint()
    {
        int begin = start + _at;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte part = Take(1)[0];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }

        throw new FormatException($"a number is longer than 64 bits at byte {begin}");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        ulong left = (ulong)(_message.Length - _at);
        if (count > left)
            throw new FormatException($"it ends {count - left} bytes too early at byte {start + _message.Length}");
        ReadOnlySpan<byte> taken = _message.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }
}
