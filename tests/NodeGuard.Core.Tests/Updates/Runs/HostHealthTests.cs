using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Updates.Runs;

public sealed class HostHealthTests
{
    private static readonly HostHealth Whole = new()
    {
        NetworkdRuns = true,
        RoutesAreWhole = true,
        HasDefaultRoute = true,
        NamesAreResolved = true,
        Services = new Dictionary<string, bool> { ["kubelet.service"] = true, ["docker.service"] = false },
    };

    [Fact]
    public void What_is_as_before_lacks_nothing() => Whole.Lacking(Whole).ShouldBeEmpty();

    [Fact]
    public void Each_thing_that_was_well_and_is_not_is_told() =>
        Whole.Lacking(new HostHealth { NetworkdRuns = false, RoutesAreWhole = false, HasDefaultRoute = false, NamesAreResolved = false, Services = new Dictionary<string, bool> { ["kubelet.service"] = false } }).ShouldBe(
        [
            "systemd-networkd ran before and does not now: systemctl status systemd-networkd",
            "foreign routes or rules are missing: nodeguard routes diff",
            "the default route is gone: ip route show default",
            "names were resolved before and are not now: resolvectl status, /etc/resolv.conf",
            "kubelet.service was active before and is not now: systemctl status kubelet.service",
        ]);

    [Fact]
    [Trait("Invariant", "11")]
    public void What_is_not_known_now_is_not_well() =>
        Whole.Lacking(new HostHealth()).ShouldBe(
        [
            "whether systemd-networkd runs is not known", "whether the routes are whole is not known",
            "whether there is a default route is not known", "whether names are resolved is not known", "whether kubelet.service is active is not known",
        ]);

    [Fact]
    public void What_was_not_well_before_is_no_fault_of_the_update() => new HostHealth { NetworkdRuns = false }.Lacking(new HostHealth { NetworkdRuns = false }).ShouldBeEmpty();
}
