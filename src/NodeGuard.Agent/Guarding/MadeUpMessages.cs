using NodeGuard.Linux.Netlink;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Agent.Guarding;

/// <summary>Notifications of objects that no kernel takes: they are on a link that cannot exist, or go to a rule that is behind.</summary>
internal static class MadeUpMessages
{
    public const int NoSuchLink = int.MaxValue;

    public static int WriteRoute(Span<byte> target, byte family, uint number)
    {
        const byte rtprotStatic = 4;
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWROUTE, 0);
        builder.Raw([family, (byte)(8 * Documentation(family).Length), 0, 0, 254, rtprotStatic, 0, RTN_UNICAST, 0, 0, 0, 0]);
        builder.Attribute(RTA_TABLE, 254);
        builder.Attribute(RTA_DST, Documentation(family));
        builder.Attribute(RTA_PRIORITY, 1024 + number);
        builder.Attribute(RTA_PREFSRC, Documentation(family));
        builder.Attribute(RTA_OIF, NoSuchLink);
        builder.Finish();
        return builder.Length;
    }

    /// <summary>A goto backwards, which the kernel never takes.</summary>
    public static int WriteRule(Span<byte> target, byte family, uint number)
    {
        const byte frActGoto = 2;
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWRULE, 0);
        builder.Raw([family, 0, (byte)(8 * Documentation(family).Length), 0, 0, 0, 0, frActGoto, 0, 0, 0, 0]);
        builder.Attribute(FRA_SRC, Documentation(family));
        builder.Attribute(FRA_PRIORITY, 1024 + number);
        builder.Attribute(FRA_GOTO, 1);
        builder.Finish();
        return builder.Length;
    }

    public static int WriteAddress(Span<byte> target, byte family)
    {
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWADDR, 0);
        builder.Raw([family, (byte)(8 * Documentation(family).Length), 0, 0, 0xff, 0xff, 0xff, 0x7f]);
        builder.Attribute(IFA_LOCAL, Documentation(family));
        builder.Attribute(IFA_ADDRESS, Documentation(family));
        builder.Finish();
        return builder.Length;
    }

    public static int WriteNexthop(Span<byte> target)
    {
        const uint id = uint.MaxValue;
        var builder = new MessageBuilder(target);
        builder.Header(RTM_NEWNEXTHOP, 0);
        builder.Raw([AF_INET, 0, 4, 0, 0, 0, 0, 0]);
        builder.Attribute(NHA_ID, id);
        builder.Attribute(NHA_OIF, NoSuchLink);
        builder.Attribute(NHA_GATEWAY, Documentation(AF_INET));
        builder.Finish();
        return builder.Length;
    }

    private static ReadOnlySpan<byte> Documentation(byte family) => family == AF_INET
        ? [192, 0, 2, 1]
        : [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
}
