using System.Buffers.Binary;

namespace NodeGuard.Core.Resolving;

/// <summary>What came back from a nameserver.</summary>
public enum DnsReply
{
    /// <summary>Nothing, or nothing that answers the question.</summary>
    None,

    /// <summary>SERVFAIL: it is there, and could not find out.</summary>
    Failed,

    /// <summary>Any other answer, a refusal too: it was reached, and has decided.</summary>
    Answered,
}

/// <summary>The one question that a nameserver is asked: who serves the root? It is small, and asks for nobody's name.</summary>
public static class DnsQuestion
{
    /// <summary>Without EDNS no answer is larger (RFC 1035, 4.2.1).</summary>
    public const int MaxAnswerBytes = 512;

    private const int HeaderBytes = 12;

    // Type, class, time to live and the length of what follows, after a record's name.
    private const int RecordBytes = 10;
    private const int LongestName = 255;

    private const ushort IsAnswer = 0x8000;
    private const ushort Opcode = 0x7800;
    private const ushort IsCutOff = 0x0200;
    private const ushort RecursionDesired = 0x0100;
    private const ushort ResultCode = 0x000f;
    private const int ServFail = 2;

    // The root's name, type NS, class IN.
    private static ReadOnlySpan<byte> Question => [0, 0, 2, 0, 1];

    public static byte[] Of(ushort id)
    {
        var packet = new byte[HeaderBytes + Question.Length];
        BinaryPrimitives.WriteUInt16BigEndian(packet, id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), 1);
        Question.CopyTo(packet.AsSpan(HeaderBytes));
        return packet;
    }

    /// <param name="packet">A datagram as it came; nothing in it is trusted.</param>
    /// <param name="id">Of the question.</param>
    public static DnsReply Read(ReadOnlySpan<byte> packet, ushort id)
    {
        if (packet.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(packet) != id)
            return DnsReply.None;
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        int code = flags & ResultCode;
        if ((flags & (IsAnswer | Opcode)) != IsAnswer || !IsWhole(packet, code, (flags & IsCutOff) != 0))
            return DnsReply.None;
        return code == ServFail ? DnsReply.Failed : DnsReply.Answered;
    }

    private static bool IsWhole(ReadOnlySpan<byte> packet, int code, bool cutOff)
    {
        int questions = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        int records = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) + BinaryPrimitives.ReadUInt16BigEndian(packet[8..]) + BinaryPrimitives.ReadUInt16BigEndian(packet[10..]);
        ReadOnlySpan<byte> rest = packet[HeaderBytes..];
        // Some servers repeat no question that they refuse.
        if (questions == 0)
            return code != 0 && records == 0;
        if (questions != 1 || !rest.StartsWith(Question))
            return false;
        rest = rest[Question.Length..];
        // Each record takes some of what is left, whatever the counts claim.
        for (; records > 0; records--)
        {
            if (!SkipRecord(ref rest))
                return cutOff;
        }

        return true;
    }

    private static bool SkipRecord(ref ReadOnlySpan<byte> rest)
    {
        if (!SkipName(ref rest) || rest.Length < RecordBytes)
            return false;
        int length = RecordBytes + BinaryPrimitives.ReadUInt16BigEndian(rest[(RecordBytes - 2)..]);
        if (rest.Length < length)
            return false;
        rest = rest[length..];
        return true;
    }

    private static bool SkipName(ref ReadOnlySpan<byte> rest)
    {
        for (int length = 0; length < LongestName && !rest.IsEmpty;)
        {
            int label = rest[0];
            // A pointer to a name further up ends this one.
            bool isPointer = (label & 0xc0) == 0xc0;
            int bytes = isPointer ? 2 : 1 + label;
            if ((!isPointer && label > 63) || rest.Length < bytes)
                return false;
            rest = rest[bytes..];
            if (isPointer || label == 0)
                return true;
            length += bytes;
        }

        return false;
    }
}
