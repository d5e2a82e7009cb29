using NodeGuard.Agent.Guarding;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Guarding;

public sealed class NetlinkAuthorsTests : IDisposable
{
    private const string Table = "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n00000000faf81f89 0 {0} {1} 0 0 0 2 0 35011\n";

    private readonly string _proc = Directory.CreateTempSubdirectory("nodeguard-authors").FullName;
    private readonly NetlinkAuthors _authors;

    public NetlinkAuthorsTests()
    {
        Directory.CreateDirectory(Path.Combine(_proc, "net"));
        _authors = new NetlinkAuthors(_proc);
    }

    public void Dispose() => Directory.Delete(_proc, recursive: true);

    [Fact]
    [Trait("Invariant", "2")]
    public void The_socket_of_PID_1_is_networkds_while_networkd_restarts()
    {
        _authors.SetNetworkd([1]);
        _authors.ForgetProcess(47);

        _authors.Of(1, now: 0).ShouldBe(Deleter.Networkd);
    }

    [Fact]
    [Trait("Invariant", "1")]
    public void A_pid_that_was_networkds_own_portid_is_anybodys_once_networkd_has_ended()
    {
        _authors.SetNetworkd([47]);
        _authors.ForgetProcess(47);

        _authors.Of(47, now: 0).ShouldBe(Deleter.OtherProcess);
    }

    [Theory]
    [InlineData("800405dd", Deleter.Networkd)]
    [InlineData("00000111", Deleter.OtherProcess)]
    [Trait("Invariant", "2")]
    public void A_networkd_that_flushes_before_anybody_looked_is_known_by_what_its_socket_listens_to(string groups, Deleter expected)
    {
        File.WriteAllText(
            Path.Combine(_proc, "net", "netlink"),
            Table.Replace("{0}", "1", StringComparison.Ordinal).Replace("{1}", groups, StringComparison.Ordinal));

        _authors.Of(1, now: 0).ShouldBe(expected);
    }

    [Fact]
    [Trait("Invariant", "2")]
    public void A_networkd_without_a_socket_unit_is_known_by_its_name()
    {
        Directory.CreateDirectory(Path.Combine(_proc, "47"));
        File.WriteAllText(Path.Combine(_proc, "47", "comm"), "systemd-network\n");

        _authors.Of(47, now: 0).ShouldBe(Deleter.Networkd);
        _authors.Of(48, now: 0).ShouldBe(Deleter.OtherProcess);
    }
}
