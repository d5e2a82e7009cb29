using System.Net;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

public sealed class RoutingObjectViewTests
{
    [Fact]
    public void ARuleReadsLikeIp()
    {
        RoutingObjectView view = View(RTM_NEWRULE, [AF_INET, 0, 8, 0, 100, 0, 0, FR_ACT_TO_TBL, 2, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(FRA_SRC, Ip("10.0.0.0"));
            message.Attribute(FRA_PRIORITY, 512);
            message.Attribute(FRA_FWMARK, 1);
            message.Attribute(FRA_FWMASK, 0xFF);
            message.Attribute(FRA_SUPPRESS_PREFIXLEN, uint.MaxValue);
            message.Attribute(FRA_TABLE, 100);
            message.Attribute(FRA_PROTOCOL, [17]);
        });

        view.Text.ShouldBe("not from 10.0.0.0/8 fwmark 0x1/0xff lookup 100 priority 512 proto 17");
        view.Kind.ShouldBe("rule");
        view.Family.ShouldBe("inet");
        view.Source.ShouldBe("10.0.0.0/8");
        view.Destination.ShouldBeNull();
        view.Table.ShouldBe("100");
        view.Priority.ShouldBe(512u);
        view.Protocol.ShouldBe((byte)17);
    }

    [Fact]
    public void ARouteReadsLikeIp()
    {
        RoutingObjectView view = View(RTM_NEWROUTE, [AF_INET, 16, 0, 0, 100, 4, 0, RTN_UNICAST, 4, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(RTA_DST, Ip("10.1.0.0"));
            message.Attribute(RTA_TABLE, 1000);
            message.Attribute(RTA_PRIORITY, 5);
            message.Attribute(RTA_GATEWAY, Ip("192.0.2.1"));
            message.Attribute(RTA_OIF, 2);
        });

        view.Text.ShouldBe("10.1.0.0/16 via 192.0.2.1 dev eth0 onlink table 1000 metric 5 proto static");
        view.Gateway.ShouldBe("192.0.2.1");
        view.Device.ShouldBe("eth0");
        view.ProtocolName.ShouldBe("static");
        view.Table.ShouldBe("1000");
    }

    [Fact]
    public void AnAddressReadsLikeIp()
    {
        RoutingObjectView view = View(RTM_NEWADDR, [AF_INET, 32, 0x80, 0, 2, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(IFA_ADDRESS, Ip("192.0.2.9"));
            message.Attribute(IFA_LOCAL, Ip("192.0.2.9"));
            message.Attribute(IFA_LABEL, "eth0:vip\0"u8);
        });

        view.Text.ShouldBe("192.0.2.9/32 dev eth0 scope global label eth0:vip");
        view.Destination.ShouldBe("192.0.2.9/32");
        view.Device.ShouldBe("eth0");
    }

    [Fact]
    public void ANexthopGroupReadsLikeIp()
    {
        RoutingObjectView view = View(RTM_NEWNEXTHOP, [AF_UNSPEC, 0, 4, 0, 0, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(NHA_ID, 10);
            message.Attribute(NHA_GROUP, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0]);
        });

        view.Text.ShouldBe("nexthop id 10 group 1/2,10 proto static");
        view.Family.ShouldBe("any");
        view.NexthopId.ShouldBe(10u);
    }

    [Fact]
    public void ALinkThatIsGoneShowsItsIndex()
    {
        RoutingObjectView view = View(RTM_NEWNEXTHOP, [AF_INET, 0, 4, 0, 0, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(NHA_ID, 7);
            message.Attribute(NHA_OIF, 99);
        });

        view.Text.ShouldBe("nexthop id 7 dev if99 proto static");
    }

    [Fact]
    public void BytesThatAreNoMessageAreSaidToBeUnreadable()
    {
        RoutingObjectView.From([1, 2, 3], _ => null).Kind.ShouldBe("unknown");
        RoutingObjectText.Of(new byte[16], _ => null).ShouldBe("unreadable message of 16 bytes");
    }

    private delegate void Attributes(ref MessageBuilder message);

    private static byte[] Ip(string address) => IPAddress.Parse(address).GetAddressBytes();

    private static RoutingObjectView View(ushort type, byte[] header, Attributes write)
    {
        var message = new MessageBuilder(new byte[512]);
        message.Header(type, NLM_F_REQUEST);
        message.Raw(header);
        write(ref message);
        message.Finish();
        return RoutingObjectView.From(message.Written, index => index == 2 ? "eth0" : null);
    }
}
