using NodeGuard.Linux.Netlink;
using Shouldly;
using Xunit;
using static NodeGuard.Linux.Netlink.RtnetlinkConstants;

namespace NodeGuard.Linux.Tests.Netlink;

[Trait("Needs", "root")]
public sealed class NetlinkSocketTests : IDisposable
{
    private readonly TestNamespace _namespace = new();

    [Fact]
    public void AReceiveBufferThatRunsOverIsSaid()
    {
        using NetlinkSocket listener = Open(new NetlinkSocketOptions { ReceiveBufferBytes = 2048 }, RTNLGRP_IPV4_RULE);
        _namespace.IpBatch(Enumerable.Range(1000, 200).Select(i => $"rule add from 10.9.0.0/16 lookup {i} priority {i}"));

        var batch = new ReceiveBatch();
        var outcomes = new List<ReceiveOutcome>();
        while (outcomes.LastOrDefault(new ReceiveOutcome(1, false)) != default)
        {
            outcomes.Add(listener.Receive(batch));
        }

        outcomes.ShouldContain(outcome => outcome.Overrun);
        outcomes.Sum(outcome => outcome.Count).ShouldBeLessThan(200);
    }

    [Fact]
    public void AfterAnOverrunTheSocketGoesOn()
    {
        using NetlinkSocket listener = Open(new NetlinkSocketOptions { ReceiveBufferBytes = 2048 }, RTNLGRP_IPV4_RULE);
        _namespace.IpBatch(Enumerable.Range(1000, 200).Select(i => $"rule add from 10.9.0.0/16 lookup {i} priority {i}"));
        var batch = new ReceiveBatch();
        while (listener.Receive(batch) is not { Count: 0, Overrun: false })
        {
        }

        _namespace.Ip("rule", "del", "priority", "1000");

        listener.Receive(batch).ShouldBe(new ReceiveOutcome(1, false));
    }

    [Fact]
    public void AMessageLargerThanTheRoomForItCountsAsAnOverrun()
    {
        using NetlinkSocket listener = Open(new NetlinkSocketOptions(), RTNLGRP_IPV4_RULE);
        _namespace.Ip("rule", "add", "from", "10.9.0.0/16", "lookup", "100", "priority", "1000");

        listener.Receive(new ReceiveBatch(datagrams: 4, datagramBytes: 32)).ShouldBe(new ReceiveOutcome(1, true));
    }

    [Fact]
    public void ANotificationNamesTheSocketThatAsked()
    {
        using NetlinkSocket listener = Open(new NetlinkSocketOptions(), RTNLGRP_IPV4_RULE, RTNLGRP_IPV4_ROUTE);
        using NetlinkSocket asking = Open(new NetlinkSocketOptions());
        asking.PortId.ShouldNotBe(0u);
        asking.PortId.ShouldNotBe(listener.PortId);
        asking.Send(Rule(1000)).Errno.ShouldBe(0);

        var batch = new ReceiveBatch();
        listener.Receive(batch).Count.ShouldBe(1);
        var reader = new NetlinkReader(batch[0]);
        reader.Next(out NetlinkMessage message).ShouldBeTrue();

        message.Type.ShouldBe(RTM_NEWRULE);
        message.PortId.ShouldBe(asking.PortId);
    }

    [Fact]
    public void ManyRequestsOfOneCallAreWorkedThroughWhenItReturns()
    {
        using NetlinkSocket asking = Open(new NetlinkSocketOptions());
        asking.Send([.. Rule(1000), .. Rule(1001), .. Rule(1002)]).Errno.ShouldBe(0);

        _namespace.Rules().Split('\n').Count(line => line.Contains("lookup 100", StringComparison.Ordinal)).ShouldBe(3);
        asking.Receive(new ReceiveBatch()).ShouldBe(default);
    }

    [Fact]
    public void AnUnknownGroupIsRefusedByNumber() => Should
        .Throw<InvalidOperationException>(() => Open(new NetlinkSocketOptions(), 4_000_000))
        .Message.ShouldContain("join rtnetlink group 4000000");

    public void Dispose() => _namespace.Dispose();

    private static byte[] Rule(uint priority)
    {
        var message = new MessageBuilder(new byte[64]);
        message.Header(RTM_NEWRULE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL);
        message.Raw([AF_INET, 0, 0, 0, 100, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0]);
        message.Attribute(FRA_PRIORITY, priority);
        message.Finish();
        return message.Written.ToArray();
    }

    private NetlinkSocket Open(NetlinkSocketOptions options, params uint[] groups) => _namespace.Inside(() =>
    {
        NetlinkSocket socket = NetlinkSocket.OpenRoute(options);
        foreach (uint group in groups)
        {
            socket.Join(group);
        }

        return socket;
    });
}
