using System.Net;
using NodeGuard.Core.Resolving;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Resolving;

public sealed class NameResolutionTests
{
    [Theory]
    [InlineData("", "", null)]
    [InlineData("192.0.2.1=Answered", "", true)]
    [InlineData("192.0.2.1=None", "", false)]
    [InlineData("192.0.2.1=None 2001:db8::1=Answered", "", true)]
    public void One_server_that_answers_is_enough(string configured, string uplinks, bool? resolved) => Of(configured, uplinks).ShouldBe(resolved);

    [Theory]
    [InlineData("192.0.2.1=Failed", true)]
    [InlineData("127.0.0.1=Failed", false)]
    [InlineData("::1=Failed", false)]
    [InlineData("127.0.0.53=Failed", false)]
    [InlineData("127.0.0.53=Answered", true)]
    public void A_forwarder_on_this_host_that_finds_nothing_out_is_of_no_use_and_a_server_elsewhere_was_reached(string configured, bool resolved) =>
        Of(configured, "").ShouldBe(resolved);

    [Theory]
    [InlineData("127.0.0.53=Answered", "192.0.2.1=Answered", true)]
    [InlineData("127.0.0.53=Failed", "192.0.2.1=Failed 192.0.2.2=None", true)]
    [InlineData("127.0.0.53=Answered", "192.0.2.1=None", false)]
    [InlineData("127.0.0.53=None", "192.0.2.1=Answered", false)]
    public void The_stub_has_to_be_there_and_so_has_one_of_those_that_it_asks(string configured, string uplinks, bool resolved) =>
        Of(configured, uplinks).ShouldBe(resolved);

    [Theory]
    [InlineData("nameserver 192.0.2.1\nnameserver 2001:db8::1\n", "192.0.2.1 2001:db8::1")]
    [InlineData("# nameserver 192.0.2.1\n;nameserver 192.0.2.2\n  nameserver\t192.0.2.3 # mine\r\n", "192.0.2.3")]
    [InlineData("nameserver\nnameserver none\nnameservers 192.0.2.1\nsearch nameserver 192.0.2.1\n", "")]
    [InlineData("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4", "192.0.2.1 192.0.2.2 192.0.2.3")]
    [InlineData("", "")]
    public void The_first_three_that_can_be_read_are_the_nameservers(string text, string servers) =>
        string.Join(' ', ResolvConf.Nameservers(text)).ShouldBe(servers);

    private static bool? Of(string configured, string uplinks) => NameResolution.Of(Replies(configured), Replies(uplinks));

    private static (IPAddress, DnsReply)[] Replies(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split('=')).Select(static part => (IPAddress.Parse(part[0]), Enum.Parse<DnsReply>(part[1])))];
}
