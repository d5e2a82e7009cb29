using System.Buffers.Binary;
using NodeGuard.Core.Routing;
using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

public sealed class MalformedMessageTests
{
    private readonly RouteMessageReader _reader = new();

    [Theory]
    [InlineData(RTM_NEWADDR)]
    [InlineData(RTM_DELNEXTHOP)]
    [InlineData(RTM_DELROUTE)]
    [InlineData(RTM_NEWRULE)]
    public void AMessageWithoutItsFamilyHeaderIsMalformed(ushort type)
    {
        Read(Message(type, [AF_INET, 0, 0])).ShouldBe(0);
        _reader.Malformed.ShouldBeTrue();
    }

    [Theory]
    [InlineData((ushort)3)]
    [InlineData((ushort)9)]
    public void AnAttributeWhoseLengthDoesNotFitMakesTheMessageMalformed(ushort length)
    {
        byte[] attribute = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), FRA_PRIORITY);

        Read(Message(RTM_NEWRULE, [AF_INET, 0, 0, 0, 100, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0, .. attribute])).ShouldBe(0);
        _reader.Malformed.ShouldBeTrue();
    }

    [Fact]
    public void AMessageLargerThanTheScratchMemoryIsMalformedNotCut()
    {
        Read(Message(RTM_NEWRULE, new byte[64 * 1024])).ShouldBe(0);
        _reader.Malformed.ShouldBeTrue();
    }

    [Fact]
    public void AMultipathRouteWhoseHopEndsBeyondTheAttributeIsMalformed()
    {
        byte[] hop = [200, 0, 0, 0, 2, 0, 0, 0];
        Read(Message(RTM_NEWROUTE, [AF_INET6, 0, 0, 0, 254, 4, 0, RTN_UNICAST, 0, 0, 0, 0, 12, 0, (byte)RTA_MULTIPATH, 0, .. hop]))
            .ShouldBe(0);
        _reader.Malformed.ShouldBeTrue();
    }

    [Fact]
    public void AMalformedMessageDoesNotSpoilTheNext()
    {
        Read(Message(RTM_NEWRULE, [AF_INET]));

        Read(Message(RTM_NEWRULE, [AF_INET, 0, 0, 0, 100, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0])).ShouldBe(1);
        _reader.Malformed.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(15u)]
    [InlineData(17u)]
    [InlineData(uint.MaxValue)]
    public void ADatagramWhoseLengthDoesNotFitStopsTheWalk(uint length)
    {
        byte[] datagram = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(datagram, length);
        var reader = new NetlinkReader(datagram);

        reader.Next(out _).ShouldBeFalse();
        reader.Malformed.ShouldBeTrue();
    }

    [Fact]
    public void OtherFamiliesAndOtherMessagesAreNoObjects()
    {
        const byte rtnlFamilyIpmr = 128;
        Read(Message(RTM_NEWRULE, [rtnlFamilyIpmr, 0, 0, 0, 253, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0])).ShouldBe(0);
        _reader.Malformed.ShouldBeFalse();
        Read(Message(RTM_NEWLINK, new byte[16])).ShouldBe(0);
        _reader.Malformed.ShouldBeFalse();
    }

    [Fact]
    public void AnAnswerTooShortToBeOneIsNone() =>
        NetlinkAck.TryRead(new NetlinkMessage(Message(NLMSG_ERROR, [0, 0, 0, 0])), out _).ShouldBeFalse();

    private static byte[] Message(ushort type, ReadOnlySpan<byte> payload)
    {
        var message = new MessageBuilder(new byte[NetlinkMessage.HeaderLength + payload.Length]);
        message.Header(type, 0);
        message.Raw(payload);
        message.Finish();
        return message.Written.ToArray();
    }

    private int Read(byte[] message)
    {
        int objects = 0;
        if (_reader.Begin(new NetlinkMessage(message)))
        {
            while (_reader.Next(out ObservedObject _))
            {
                objects++;
            }
        }

        return objects;
    }
}
