using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace NodeGuard.Cli.Drills;

/// <summary>The netlink requests that fill the sandbox: its loopback link up, rules, and routes in a table of their own.</summary>
public static class SandboxMessages
{
    public const byte Protocol = 99;
    private const ushort RTM_NEWLINK = 16;
    private const ushort RTM_NEWROUTE = 24;
    private const ushort RTM_NEWRULE = 32;
    private const ushort NLM_F_REQUEST_ACK = 0x5;
    private const ushort NLM_F_CREATE_EXCL = 0x600;
    private const byte AF_INET = 2;
    private const byte Table = 100;
    private const int HeaderLength = 16;
    private const uint FirstPriority = 10_000;

    // 198.18.0.0/15 is reserved for benchmarks of network devices (RFC 2544).
    private const uint FirstAddress = 0xC612_0001;

    public static byte[] LinkUp(int linkIndex, uint sequence)
    {
        const uint iffUp = 1;
        var message = Start(RTM_NEWLINK, extraFlags: 0, sequence, familyLength: 16, attributesLength: 0);
        MemoryMarshal.Write(message.AsSpan(HeaderLength + 4), linkIndex);
        MemoryMarshal.Write(message.AsSpan(HeaderLength + 8), iffUp);
        MemoryMarshal.Write(message.AsSpan(HeaderLength + 12), iffUp);
        return message;
    }

    /// <summary>`ip rule add from 198.18.0.N lookup 100 priority 10000+N proto 99`.</summary>
    public static byte[] Rule(int number, uint sequence)
    {
        const byte frActToTable = 1;
        const ushort fraSrc = 2;
        const ushort fraPriority = 6;
        const ushort fraProtocol = 21;
        var message = Start(RTM_NEWRULE, NLM_F_CREATE_EXCL, sequence, familyLength: 12, attributesLength: 24);
        var header = message.AsSpan(HeaderLength);
        header[0] = AF_INET;
        header[2] = 32;
        header[4] = Table;
        header[7] = frActToTable;
        var attributes = header[12..];
        WriteAddress(attributes, fraSrc, number);
        WriteAttribute(attributes[8..], fraPriority, 4);
        MemoryMarshal.Write(attributes[12..], FirstPriority + (uint)number);
        WriteAttribute(attributes[16..], fraProtocol, 1);
        attributes[20] = Protocol;
        return message;
    }

    /// <summary>`ip route add 198.18.0.N/32 dev LINK table 100 proto 99`.</summary>
    public static byte[] Route(int number, int linkIndex, uint sequence)
    {
        const byte rtScopeLink = 253;
        const byte rtnUnicast = 1;
        const ushort rtaDst = 1;
        const ushort rtaOif = 4;
        var message = Start(RTM_NEWROUTE, NLM_F_CREATE_EXCL, sequence, familyLength: 12, attributesLength: 16);
        var header = message.AsSpan(HeaderLength);
        header[0] = AF_INET;
        header[1] = 32;
        header[4] = Table;
        header[5] = Protocol;
        header[6] = rtScopeLink;
        header[7] = rtnUnicast;
        var attributes = header[12..];
        WriteAddress(attributes, rtaDst, number);
        WriteAttribute(attributes[8..], rtaOif, 4);
        MemoryMarshal.Write(attributes[12..], linkIndex);
        return message;
    }

    private static byte[] Start(ushort type, ushort extraFlags, uint sequence, int familyLength, int attributesLength)
    {
        var message = new byte[HeaderLength + familyLength + attributesLength];
        MemoryMarshal.Write(message.AsSpan(0), (uint)message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(NLM_F_REQUEST_ACK | extraFlags));
        MemoryMarshal.Write(message.AsSpan(8), sequence);
        return message;
    }

    private static void WriteAttribute(Span<byte> destination, ushort type, ushort payload)
    {
        MemoryMarshal.Write(destination, (ushort)(4 + payload));
        MemoryMarshal.Write(destination[2..], type);
    }

    private static void WriteAddress(Span<byte> destination, ushort type, int number)
    {
        WriteAttribute(destination, type, 4);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], FirstAddress + (uint)number);
    }
}
