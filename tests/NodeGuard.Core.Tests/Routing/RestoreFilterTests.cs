using System.Text;
using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public class RestoreFilterTests
{
    [Fact]
    public void ProtocolsExcludeRulesRoutesAndNexthopsButNoAddresses()
    {
        var filter = new RestoreFilter { Protocols = new HashSet<byte> { 17 } };

        Excludes(filter, ObjectKind.Rule, protocol: 17).ShouldBeTrue();
        Excludes(filter, ObjectKind.Route, protocol: 17).ShouldBeTrue();
        Excludes(filter, ObjectKind.Nexthop, protocol: 17).ShouldBeTrue();
        Excludes(filter, ObjectKind.Address, protocol: 17).ShouldBeFalse("IFA_PROTO numbers are another list");
        Excludes(filter, ObjectKind.Rule, protocol: 18).ShouldBeFalse();
    }

    [Fact]
    public void TablesExcludeRoutesOnly()
    {
        var filter = new RestoreFilter { Tables = new HashSet<uint> { 100 } };

        Excludes(filter, ObjectKind.Route, index: 100).ShouldBeTrue();
        Excludes(filter, ObjectKind.Nexthop, index: 100).ShouldBeFalse("a nexthop's index is its id");
    }

    [Theory]
    [InlineData(99u, false)]
    [InlineData(100u, true)]
    [InlineData(200u, true)]
    [InlineData(201u, false)]
    public void PriorityRangesIncludeBothEnds(uint priority, bool excluded) =>
        Excludes(new RestoreFilter { Priorities = [new PriorityRange(100, 200)] }, ObjectKind.Rule, priority: priority)
            .ShouldBe(excluded);

    [Theory]
    [InlineData("cali*", "cali12", true)]
    [InlineData("eth?", "eth0", true)]
    [InlineData("eth?", "eth10", false)]
    [InlineData("eth0", "Eth0", false)]
    public void DevicesMatchLinksAndWhatRulesName(string pattern, string device, bool excluded)
    {
        var filter = new RestoreFilter { Devices = [pattern] };

        Excludes(filter, ObjectKind.Route, link: device).ShouldBe(excluded);
        Excludes(filter, ObjectKind.Rule, ruleDevice: device).ShouldBe(excluded);
    }

    private static bool Excludes(
        RestoreFilter filter, ObjectKind kind, byte protocol = 0, uint index = 0, uint priority = 0, string? link = null,
        string ruleDevice = "") =>
        filter.Excludes(
            new ObservedObject
            {
                Key = new ObjectKey(kind, 2, 0, 0, 0, index, priority, 0, 0),
                Facts = new ObjectFacts { Protocol = protocol },
                Request = default,
                Identity = default,
                InputLinkName = Encoding.UTF8.GetBytes(ruleDevice),
            },
            link);
}
