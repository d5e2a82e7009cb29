using System.Buffers.Binary;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Netlink;

/// <summary>A strict dump: the header that the kernel wants for it is zero but for the family.</summary>
public readonly record struct DumpRequest(ushort Type, byte Family)
{
    public const int MaxLength = NetlinkMessage.HeaderLength + 16;

    /// <summary>Returns the length written.</summary>
    public int Write(Span<byte> target, uint sequence)
    {
        int length = NetlinkMessage.HeaderLength + Type switch
        {
            RTM_GETLINK => 16,
            RTM_GETADDR or RTM_GETNEXTHOP => 8,
            _ => 12,
        };
        target[..length].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(target, length);
        BinaryPrimitives.WriteUInt16LittleEndian(target[4..], Type);
        BinaryPrimitives.WriteUInt16LittleEndian(target[6..], NLM_F_REQUEST | NLM_F_DUMP);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], sequence);
        target[NetlinkMessage.HeaderLength] = Family;
        return length;
    }
}
