using System.Net;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>Kinds that `ip` of Debian 12 cannot make, made by their bytes; attributes that the reader has no name for among them.</summary>
[Trait("Needs", "root")]
public sealed class RawMessageTests : IDisposable
{
    private const ushort FRA_FLOWLABEL = 26;
    private const ushort FRA_FLOWLABEL_MASK = 27;
    private const ushort FRA_SPORT_MASK = 28;
    private const ushort FRA_DSCP_MASK = 30;
    private const int EOPNOTSUPP = 95;
    private const int EINVAL = 22;

    private readonly TestNamespace _namespace = new();
    private readonly KernelTables _kernel;

    public RawMessageTests() => _kernel = KernelTables.Open(_namespace);

    private delegate void Attributes(ref MessageBuilder message);

    [Theory]
    [InlineData(AF_INET)]
    [InlineData(AF_INET6)]
    [Trait("Invariant", "3")]
    public void ARuleByDscpComesBack(byte family) => RoundTrip(Rule(family, (ref MessageBuilder message) =>
        message.Attribute(FRA_DSCP, [0x2E])));

    [Theory]
    [InlineData(AF_INET)]
    [InlineData(AF_INET6)]
    [Trait("Invariant", "3")]
    public void ARuleByMaskedDscpComesBack(byte family) => RoundTrip(Rule(family, (ref MessageBuilder message) =>
    {
        message.Attribute(FRA_DSCP, [0x20]);
        message.Attribute(FRA_DSCP_MASK, [0x38]);
    }));

    [Fact]
    [Trait("Invariant", "3")]
    public void ARuleByFlowLabelComesBack() => RoundTrip(Rule(AF_INET6, (ref MessageBuilder message) =>
    {
        message.Attribute(FRA_FLOWLABEL, [0, 0, 0x12, 0x34]);
        message.Attribute(FRA_FLOWLABEL_MASK, [0, 0, 0xFF, 0xFF]);
    }));

    [Fact]
    [Trait("Invariant", "3")]
    public void ARuleByMaskedPortComesBack() => RoundTrip(Rule(AF_INET, (ref MessageBuilder message) =>
    {
        message.Attribute(FRA_IP_PROTO, [6]);
        message.Attribute(FRA_SPORT_RANGE, [0x00, 0x10, 0x00, 0x10]);
        message.Attribute(FRA_SPORT_MASK, [0x00, 0xF0]);
    }));

    [Theory]
    [InlineData("10.6.0.1", 24)]
    [InlineData("2001:db8:6::1", 64)]
    [Trait("Invariant", "3")]
    public void AnAddressWithAProtocolComesBack(string text, byte length)
    {
        byte[] address = IPAddress.Parse(text).GetAddressBytes();
        byte family = address.Length == 4 ? AF_INET : AF_INET6;
        int link = int.Parse(_namespace.Ip("-o", "link", "show", "eth0").Split(':')[0], null);
        RoundTrip(Message(RTM_NEWADDR, [family, length, 0, 0, (byte)link, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(IFA_ADDRESS, address);
            message.Attribute(IFA_LOCAL, address);
            message.Attribute(IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
            message.Attribute(IFA_PROTO, [42]);
        })).Facts.Protocol.ShouldBe((byte)42);
    }

    [Fact]
    public void TheKernelsOwnWordsOnARefusalAreRead()
    {
        byte[] route = Message(RTM_NEWROUTE, [AF_INET, 16, 0, 0, 254, 4, 0, RTN_UNICAST, 0, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(RTA_DST, [10, 1, 0, 0]);
            message.Attribute(RTA_GATEWAY, [192, 0, 2, 1]);
        });

        (int errno, string text) = _kernel.Send(route, NLM_F_CREATE | NLM_F_EXCL);

        errno.ShouldBe(101);
        text.ShouldBe("Nexthop has invalid gateway");
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    private static byte[] Rule(byte family, Attributes write) =>
        Message(RTM_NEWRULE, [family, 0, 0, 0, 100, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0], (ref MessageBuilder message) =>
        {
            message.Attribute(FRA_PRIORITY, 1000);
            message.Attribute(FRA_PROTOCOL, [17]);
            write(ref message);
        });

    private static byte[] Message(ushort type, byte[] header, Attributes write)
    {
        var message = new MessageBuilder(new byte[512]);
        message.Header(type, NLM_F_REQUEST);
        message.Raw(header);
        write(ref message);
        message.Finish();
        return message.Written.ToArray();
    }

    /// <summary>Makes it, deletes it, sends back what the reader made of it; the object as it was seen.</summary>
    private SeenObject RoundTrip(byte[] creation)
    {
        string[] before = [.. _kernel.Dump().Select(seen => seen.Identity)];
        (int errno, string text) = _kernel.Send(creation, NLM_F_CREATE | NLM_F_EXCL);
        (errno is EOPNOTSUPP or EINVAL ? $"this kernel lacks the kind: {text}" : text).ShouldBe("");
        errno.ShouldBe(0, text);
        string[] full = [.. _kernel.Dump().Select(seen => seen.Identity)];
        SeenObject made = _kernel.Dump().Single(seen => !before.Contains(seen.Identity));

        var deletion = new byte[made.Request.Length];
        int length = RequestForms.ToDelete(made.Request, deletion);
        _kernel.Send(deletion.AsSpan(0, length), 0).ShouldBe((0, ""));
        _kernel.Deletions().Select(seen => seen.Identity).ShouldBe([made.Identity]);
        _kernel.Dump().Select(seen => seen.Identity).ShouldBe(before);

        _kernel.Send(made.Request, NLM_F_CREATE | NLM_F_EXCL).ShouldBe((0, ""));
        if (made.FollowUp.Length > 0)
        {
            _kernel.Send(made.FollowUp, NLM_F_REPLACE).ShouldBe((0, ""));
        }

        _kernel.Dump().Select(seen => seen.Identity).ShouldBe(full);
        return made;
    }
}
