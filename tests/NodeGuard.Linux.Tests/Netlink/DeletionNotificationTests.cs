using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Netlink;

/// <summary>
/// What the kernel tells of a deletion is found in the ledger by key and identity, whatever happened to the object's
/// surroundings since it was recorded.
/// </summary>
[Trait("Needs", "root")]
public sealed class DeletionNotificationTests : IDisposable
{
    private readonly TestNamespace _namespace = new();
    private readonly KernelTables _kernel;

    public DeletionNotificationTests()
    {
        Run(RoundTripTests.Links);
        _kernel = KernelTables.Open(_namespace);
    }

    [Fact]
    public void AMultipathRouteDeletedAsAWholeNamesEveryHop() => Told(
        ["-6 route add 2001:db8:100::/48 nexthop via 2001:db8:5::2 dev veth0 weight 3 nexthop via 2001:db8:5::3 dev veth0"],
        ["-6 route del 2001:db8:100::/48"]).ShouldBe(2);

    [Fact]
    public void AMultipathRouteLosesOneHop() => Told(
        ["-6 route add 2001:db8:100::/48 nexthop via 2001:db8:5::2 dev veth0 weight 3 nexthop via 2001:db8:5::3 dev veth0"],
        ["-6 route del 2001:db8:100::/48 via 2001:db8:5::2 dev veth0"]).ShouldBe(1);

    [Fact]
    public void RoutesOfANexthopThatIsDeleted() => Told(
        [
            "nexthop add id 3 via 2001:db8:5::2 dev veth0",
            "-6 route add 2001:db8:100::/48 nhid 3",
            "-6 route add 2001:db8:101::/48 nhid 3 metric 7",
        ],
        ["nexthop del id 3"]).ShouldBe(3);

    [Fact]
    public void RoutesOfAGroupThatIsDeleted() => Told(
        [
            "nexthop add id 3 via 2001:db8:5::2 dev veth0",
            "nexthop add id 4 via 2001:db8:5::3 dev veth0",
            "nexthop add id 11 group 3,2/4",
            "-6 route add 2001:db8:100::/48 nhid 11",
        ],
        ["nexthop del id 11"]).ShouldBe(2);

    [Fact]
    public void AMultipathRouteWhoseLinkGoesDown() => Told(
        [
            "-6 route add 2001:db8:100::/48 nexthop via fe80::2 dev veth0 weight 3 nexthop via fe80::3 dev veth0",
            "-6 route add 2001:db8:101::/48 via fe80::2 dev veth0",
        ],
        ["link set veth0 down"]).ShouldBeGreaterThanOrEqualTo(3);

    [Fact]
    public void ARuleWhoseLinkIsGone() => Told(
        ["rule add iif veth0 lookup 100 priority 1000", "-6 rule add oif veth0 lookup 100 priority 1000"],
        ["link del veth0", "rule del priority 1000", "-6 rule del priority 1000"]).ShouldBeGreaterThanOrEqualTo(2);

    [Fact]
    public void AJumpWhoseTargetCameLater() => Told(
        ["rule add goto 3000 priority 1000"],
        ["rule add from all lookup 100 priority 3000", "rule del priority 1000"]).ShouldBe(1);

    [Fact]
    public void RoutesThroughALinkThatLostItsCarrier() => Told(
        [
            "route add 10.1.0.0/16 via 10.5.0.2",
            "route add 10.2.0.0/16 nexthop via 10.5.0.2 dev veth0 nexthop via 10.5.0.3 dev veth0",
            "-6 route add 2001:db8:100::/48 via 2001:db8:5::2",
        ],
        ["link set veth1 down", "route del 10.1.0.0/16", "route del 10.2.0.0/16", "-6 route del 2001:db8:100::/48"]).ShouldBe(3);

    [Fact]
    public void SecondariesThatFallWithTheirPrimary() => Told(
        ["addr add 10.6.0.1/24 dev veth0", "addr add 10.6.0.2/24 dev veth0", "addr add 10.6.0.3/24 dev veth0"],
        ["addr del 10.6.0.1/24 dev veth0"]).ShouldBe(3);

    [Fact]
    public void AnAddressRecordedDuringDuplicateDetection() => Told(
        ["-6 addr add 2001:db8:6::1/64 dev veth0"],
        ["-6 addr del 2001:db8:6::1/64 dev veth0"]).ShouldBe(1);

    [Fact]
    public void AnAddressRecordedDuringDuplicateDetectionAndDeletedAfterIt()
    {
        Told(
            ["-6 addr add 2001:db8:6::1/64 dev veth0"],
            ["-6 addr del 2001:db8:6::1/64 dev veth0"],
            () => _namespace.Ip("-6", "addr", "show", "tentative").Length == 0).ShouldBe(1);
    }

    [Fact]
    public void AnAddressThatWasDeprecatedMeanwhile() => Told(
        ["addr add 10.6.0.1/24 dev veth0 valid_lft 1000 preferred_lft 500"],
        ["addr change 10.6.0.1/24 dev veth0 valid_lft 900 preferred_lft 0", "addr del 10.6.0.1/24 dev veth0"]).ShouldBe(1);

    [Fact]
    public void TheLifetimeThatAnAddressHadLeftIsToldWithItsDeletion()
    {
        Run(["addr add 10.6.0.1/24 dev veth0 valid_lft 1000 preferred_lft 500"]);
        SeenObject made = _kernel.Dump().Single(seen => seen.Facts.Expires);
        _kernel.Notifications();

        Run(["addr del 10.6.0.1/24 dev veth0"]);

        SeenObject told = _kernel.Deletions().ShouldHaveSingleItem();
        told.Facts.Expires.ShouldBeTrue();
        told.Request.Length.ShouldBe(made.Request.Length);
        told.Content.ShouldBe(made.Content);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _namespace.Dispose();
    }

    /// <summary>Makes objects, lets time pass, deletes; how many deletions were told, each of an object as the dump had shown it.</summary>
    private int Told(string[] make, string[] delete, Func<bool>? meanwhile = null)
    {
        string[] old = [.. _kernel.Dump().Select(seen => seen.Identity)];
        Run(make);
        string[] made = [.. _kernel.Dump().Select(seen => seen.Identity)];
        made.Except(old).Count().ShouldBeGreaterThanOrEqualTo(make.Length);
        if (meanwhile is not null)
        {
            SpinWait.SpinUntil(meanwhile, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        }

        _kernel.Notifications();
        Run(delete);
        string[] told = [.. _kernel.Deletions().Select(seen => seen.Identity)];
        told.Except(made).ShouldBeEmpty();
        told.ShouldBeUnique();
        return told.Length;
    }

    private void Run(IEnumerable<string> lines)
    {
        foreach (string line in lines)
        {
            _namespace.Ip(RoundTripCase.Words(line));
        }
    }
}
