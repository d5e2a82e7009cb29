using System.Buffers.Binary;
using NodeGuard.Linux.Netlink;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>Damages real messages: bits, lengths, types, ends, and parts of other messages.</summary>
internal sealed class MessageMutation(byte[][] corpus, int seed)
{
    private const int Room = 64 * 1024;

    private static readonly ushort[] Edges = [0, 1, 3, 4, 5, 7, 8, 0x7F, 0xFF, 0x100, 0x3FFF, 0x4000, 0x7FFF, 0x8000, 0xFFFC, 0xFFFF];

    private readonly Random _random = new(seed);
    private readonly byte[] _bytes = new byte[Room];
    private int _length;

    /// <summary>Valid until the next call; its end is the end of what may be read.</summary>
    public ReadOnlySpan<byte> Next()
    {
        byte[] original = Pick();
        original.CopyTo(_bytes, 0);
        _length = original.Length;
        for (int damages = 1 + _random.Next(3); damages > 0; damages--)
        {
            Damage();
        }

        // Half of the messages keep a length that fits, so that the damage behind it is reached.
        if (_length >= NetlinkMessage.HeaderLength && _random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
        }

        return _bytes.AsSpan(0, _length);
    }

    private byte[] Pick() => corpus[_random.Next(corpus.Length)];

    private void Damage()
    {
        if (_length == 0)
        {
            return;
        }

        int at = _random.Next(_length);
        switch (_random.Next(7))
        {
            case 0:
                _bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                _bytes[at] = (byte)_random.Next(256);
                break;
            case 2 or 3 when _length >= 4:
                BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at & ~1), Edges[_random.Next(Edges.Length)]);
                break;
            case 4:
                _length = at;
                break;
            case 5:
                Splice(at);
                break;
            default:
                Repeat(at);
                break;
        }
    }

    /// <summary>The end of another message from here on.</summary>
    private void Splice(int at)
    {
        byte[] other = Pick();
        ReadOnlySpan<byte> tail = other.AsSpan(Math.Min(other.Length, at & ~3));
        at &= ~3;
        tail.CopyTo(_bytes.AsSpan(at));
        _length = at + tail.Length;
    }

    /// <summary>Some bytes a second time, behind the end.</summary>
    private void Repeat(int at)
    {
        int count = Math.Min(_random.Next(64), Math.Min(_length - at, Room - _length));
        _bytes.AsSpan(at, count).CopyTo(_bytes.AsSpan(_length));
        _length += count;
    }
}
