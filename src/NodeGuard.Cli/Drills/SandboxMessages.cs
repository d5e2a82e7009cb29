using System.Buffers.Binary;
using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Cli.Drills;

/// <summary>The netlink requests that fill the sandbox: its loopback link up, rules, and routes in a table of their own.</summary>
internal static class SandboxMessages
{
    /// <summary>Of every object that the sandbox makes.</summary>
    public const byte Protocol = 99;

    // The only link that every kernel has in a new network namespace; dummy and veth are modules.
    private const int Loopback = 1;
    private const byte Table = 100;
    private const uint FirstPriority = 10_000;

    // 198.18.0.0/15 is reserved for benchmarks of network devices (RFC 2544).
    private const uint FirstAddress = 0xC612_0001;

    private const ushort Create = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

    public static byte[] LinkUp()
    {
        const uint iffUp = 1;
        Span<byte> ifinfomsg = stackalloc byte[16];
        ifinfomsg.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(ifinfomsg[4..], Loopback);
        BinaryPrimitives.WriteUInt32LittleEndian(ifinfomsg[8..], iffUp);
        BinaryPrimitives.WriteUInt32LittleEndian(ifinfomsg[12..], iffUp);
        var builder = new MessageBuilder(new byte[64]);
        builder.Header(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK);
        builder.Raw(ifinfomsg);
        return Finish(builder);
    }

    /// <summary>`ip rule add from 198.18.0.N lookup 100 priority 10000+N proto 99`.</summary>
    public static byte[] Rule(int number)
    {
        const byte frActToTable = 1;
        var builder = new MessageBuilder(new byte[128]);
        builder.Header(RTM_NEWRULE, Create);
        builder.Raw([AF_INET, 0, 32, 0, Table, 0, 0, frActToTable, 0, 0, 0, 0]);
        builder.Attribute(FRA_SRC, Address(number));
        builder.Attribute(FRA_PRIORITY, FirstPriority + (uint)number);
        builder.Attribute(FRA_PROTOCOL, [Protocol]);
        return Finish(builder);
    }

    /// <summary>`ip route add 198.18.0.N/32 dev lo table 100 proto 99`.</summary>
    public static byte[] Route(int number)
    {
        const byte rtScopeLink = 253;
        const byte rtnUnicast = 1;
        var builder = new MessageBuilder(new byte[128]);
        builder.Header(RTM_NEWROUTE, Create);
        builder.Raw([AF_INET, 32, 0, 0, Table, Protocol, rtScopeLink, rtnUnicast, 0, 0, 0, 0]);
        builder.Attribute(RTA_DST, Address(number));
        builder.Attribute(RTA_OIF, Loopback);
        return Finish(builder);
    }

    private static byte[] Address(int number)
    {
        var address = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(address, FirstAddress + (uint)number);
        return address;
    }

    private static byte[] Finish(MessageBuilder builder)
    {
        builder.Finish();
        return builder.Written.ToArray();
    }
}
