using NodeGuard.Linux.Systemd.Bus;
using NodeGuard.Linux.Systemd.Description;
using Shouldly;
using Xunit;

namespace NodeGuard.Linux.Tests.Systemd.Bus;

public class NetworkdOnBusTests
{
    [Theory]
    [InlineData("systemd-networkd.service", "systemd_2dnetworkd_2eservice")]
    [InlineData("1a@b.service", "_31a_40b_2eservice")]
    public void A_units_path_is_escaped_as_systemd_does(string unit, string escaped) =>
        UnitPath.Of(unit).ShouldBe("/org/freedesktop/systemd1/unit/" + escaped);

    [Fact]
    public void A_running_networkd_is_present_with_its_identity() =>
        Combine("loaded", "active", 42).ShouldBe(new NetworkdSnapshot.Present(
            "active", 42, "000102030405060708090a0b0c0d0e0f", "252.39-1~deb12u2", "/org/freedesktop/systemd1/job/7"));

    [Theory]
    [InlineData("not-found")]
    [InlineData("masked")]
    public void A_missing_unit_is_absent_unless_it_still_runs(string load)
    {
        Combine(load, "inactive", 0).ShouldBe(new NetworkdSnapshot.Absent(load));
        Combine(load, "active", 42).ShouldBeOfType<NetworkdSnapshot.Present>();
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(null, "active", 1u)]
    [InlineData("loaded", null, 1u)]
    [InlineData("loaded", "active", null)]
    public void What_cannot_be_read_is_unknown(string? load, string? active, uint? pid) =>
        Combine(load, active, pid).ShouldBeOfType<NetworkdSnapshot.Unknown>().Problem.ShouldBe("not told");

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Without_a_bus_nothing_is_known_and_nothing_thrown()
    {
        using var bus = new SystemBus(new BusOptions { Address = "unix:path=/nonexistent/nodeguard/bus" });
        var networkd = new NetworkdOnBus(bus);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        (await networkd.SnapshotAsync(limit.Token)).ShouldBeOfType<NetworkdSnapshot.Unknown>();
        (await networkd.DescribeAsync(limit.Token)).ShouldBeOfType<NetworkdDescription.Invalid>();
        (await networkd.LinksAsync(limit.Token)).ShouldBeOfType<BusValue<IReadOnlyList<NetworkdBusLink>>.Unknown>();
    }

    private static NetworkdSnapshot Combine(string? load, string? active, uint? pid) => NetworkdOnBus.Combine(
        Text(load),
        Text(active),
        new BusValue<byte[]>.Known([.. Enumerable.Range(0, 16).Select(i => (byte)i)]),
        new BusValue<object[]>.Known([7u, "/org/freedesktop/systemd1/job/7"]),
        pid is { } known ? new BusValue<uint>.Known(known) : new BusValue<uint>.Unknown("not told"),
        Text("252.39-1~deb12u2"));

    private static BusValue<string> Text(string? value) =>
        value is null ? new BusValue<string>.Unknown("not told") : new BusValue<string>.Known(value);
}
