using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>The kernel's answer to one request: NLMSG_ERROR, or the NLMSG_DONE that ends a dump and may refuse it.</summary>
/// <param name="sequence">Of the request.</param>
/// <param name="errno">Positive; 0 is success.</param>
/// <param name="text">The kernel's sentence (NLMSGERR_ATTR_MSG), or empty.</param>
public readonly ref struct NetlinkAck(uint sequence, int errno, ReadOnlySpan<byte> text)
{
    private const ushort NLMSGERR_ATTR_MSG = 1;
    private const int ErrnoLength = 4;

    public uint Sequence { get; } = sequence;

    public int Errno { get; } = errno;

    public ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>False when the message is none or too short to be one.</summary>
    public static bool TryRead(in NetlinkMessage message, out NetlinkAck answer)
    {
        answer = default;
        ReadOnlySpan<byte> payload = message.Payload;
        int needed = message.Type switch
        {
            NLMSG_ERROR => ErrnoLength + NetlinkMessage.HeaderLength,
            NLMSG_DONE => ErrnoLength,
            _ => int.MaxValue,
        };
        if (payload.Length < needed)
        {
            return false;
        }

        int errno = BinaryPrimitives.ReadInt32LittleEndian(payload);
        answer = new NetlinkAck(message.Sequence, errno == int.MinValue ? int.MaxValue : Math.Abs(errno), ReadText(message));
        return true;
    }

    private static ReadOnlySpan<byte> ReadText(in NetlinkMessage message)
    {
        if ((message.Flags & NLM_F_ACK_TLVS) == 0)
        {
            return default;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        // NLMSG_ERROR repeats the request between errno and text, or only its header when the answer is capped.
        long skip = ErrnoLength;
        if (message.Type == NLMSG_ERROR)
        {
            uint requestLength = BinaryPrimitives.ReadUInt32LittleEndian(payload[ErrnoLength..]);
            skip += (message.Flags & NLM_F_CAPPED) != 0 ? NetlinkMessage.HeaderLength : ((long)requestLength + 3) & ~3L;
        }

        if (skip < ErrnoLength || skip > payload.Length)
        {
            return default;
        }

        var attributes = new AttributeReader(payload[(int)skip..]);
        while (attributes.Next(out NetlinkAttribute attribute))
        {
            if (attribute.Type == NLMSGERR_ATTR_MSG)
            {
                return attribute.Text;
            }
        }

        return default;
    }
}
