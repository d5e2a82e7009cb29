using NodeGuard.Cli.Prevention;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Prevention;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Prevention;

public sealed class ForeignWithoutAgentTests
{
    private static readonly PreventedLink Managed = new()
    {
        Index = 2,
        Name = "eth0",
        CarriesForeignObjects = null,
        Config = new ConfigStack([new ConfigFile("/etc/systemd/network/a.network", [new ConfigLine("Network", "Address", "192.0.2.2/24", 4)])]),
    };

    [Theory]
    [InlineData(16, 2, false)]
    [InlineData(9, 2, false)]
    [InlineData(4, 2, false)]
    [InlineData(4, 3, true)]
    [InlineData(4, 0, true)]
    [InlineData(3, 2, true)]
    [InlineData(12, 2, true)]
    public void Routes_are_told_apart_by_protocol_and_link(byte protocol, int link, bool foreign) =>
        IsForeign(new LiveObject(ObjectKind.Route, protocol, link, null, Expires: false)).ShouldBe(foreign);

    [Theory]
    [InlineData("192.0.2.2", false, false)]
    [InlineData("192.0.2.9", false, true)]
    [InlineData("192.0.2.9", true, false)]
    [InlineData("169.254.7.7", false, false)]
    public void Addresses_of_a_managed_link_are_networkds_when_configured_or_leased(string address, bool expires, bool foreign) =>
        IsForeign(new LiveObject(ObjectKind.Address, 0, 2, address, expires)).ShouldBe(foreign);

    [Fact]
    public void An_address_on_an_unmanaged_link_is_foreign() =>
        IsForeign(new LiveObject(ObjectKind.Address, 0, 7, "192.0.2.2", Expires: false)).ShouldBeTrue();

    [Fact]
    public void A_rule_is_foreign_when_in_doubt() =>
        IsForeign(new LiveObject(ObjectKind.Rule, 4, 0, null, Expires: false)).ShouldBeTrue();

    private static bool IsForeign(LiveObject item) => ForeignWithoutAgent.Among([item], [Managed]).Count == 1;
}
