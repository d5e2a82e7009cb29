using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Lab.Tests;

/// <summary>What networkd does where nobody guards: without these, a green matrix could mean that nothing was ever lost.</summary>
[Trait("Needs", "root")]
public sealed class ControlTests(ITestOutputHelper output)
{
    private static readonly string[] LifetimePrefixes = ["10.96.0.", "2001:db8:96:", "2001:db8:9a:"];

    public static TheoryData<string> Flushing => Suites.Flushing;

    /// <summary>bullseye, with LAB_ALL=1; trixie, as the control of this control, always.</summary>
    public static TheoryData<string, bool> RulesStay
    {
        get
        {
            var cells = new TheoryData<string, bool>();
            foreach (LabSuite suite in LabSuite.Selected.Where(suite => suite != LabSuite.Bookworm && suite != LabSuite.Sid))
            {
                cells.Add(suite.Name, suite.SystemdVersion == 247);
            }

            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task An_unguarded_restart_loses_every_kind_that_networkd_does_not_spare(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        IReadOnlyDictionary<ForeignObject, IReadOnlyList<SnapshotLine>> seeded = await ForeignObjects.SeedOneByOneAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        await container.RestartNetworkdAsync();

        List<SnapshotLine> lost = before.Missing(await NetnsSnapshot.TakeAsync(container));
        foreach ((ForeignObject one, IReadOnlyList<SnapshotLine> lines) in seeded)
        {
            int gone = lines.Count(line => lost.Any(line.Matches));
            string? spared = one.SparedBy(container.Suite);
            output.WriteLine($"{container.Suite.SystemdVersion}: {one}: {gone} of {lines.Count} lost {spared}");
            (gone > 0 || spared is not null).ShouldBeTrue($"{one} was to be flushed by {container.Suite.SystemdVersion} and all of it lives");
        }
    }

    [Theory]
    [MemberData(nameof(RulesStay))]
    public async Task Only_systemd_247_keeps_foreign_rules_and_nexthops_and_it_too_loses_routes_and_addresses(string suite, bool rulesStay)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await ForeignObjects.SeedAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        await container.RestartNetworkdAsync();

        List<SnapshotLine> lost = before.Missing(await NetnsSnapshot.TakeAsync(container));
        output.WriteLine(string.Join('\n', lost));
        lost.Exists(line => line.Section.StartsWith("rule", StringComparison.Ordinal)).ShouldBe(!rulesStay);
        lost.Exists(line => line.Section == "nexthop").ShouldBe(!rulesStay);
        lost.ShouldContain(line => line.Section == "route4");
        lost.ShouldContain(line => line.Section == "addr4");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task The_distributions_drop_in_alone_keeps_rules_and_still_loses_every_foreign_address(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await container.WriteFileAsync("/run/systemd/networkd.conf.d/hardened.conf", GlobalOptions(container.Suite));
        await ForeignObjects.SeedAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        await container.RestartNetworkdAsync();

        List<SnapshotLine> lost = before.Missing(await NetnsSnapshot.TakeAsync(container));
        output.WriteLine(string.Join('\n', lost));
        lost.ShouldNotContain(line => line.Section.StartsWith("rule", StringComparison.Ordinal));
        lost.Count(line => line.Section == "addr4").ShouldBe(ForeignAddresses.All.Count(one => !one.IPv6));
        lost.Count(line => line.Section == "addr6").ShouldBe(ForeignAddresses.All.Count(one => one.IPv6));
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Both_drop_ins_lose_addresses_with_lifetimes_and_on_252_nexthops_and_what_hangs_on_them(string suite)
    {
        await using LabContainer container = await LabContainer.BootAsync(LabSuite.Named(suite));
        await container.WriteFileAsync("/run/systemd/networkd.conf.d/hardened.conf", GlobalOptions(container.Suite));
        await container.WriteFileAsync("/run/systemd/network/10-host0.network.d/hardened.conf", "[Network]\nKeepConfiguration=static\n");
        await ForeignObjects.SeedAsync(container);
        NetnsSnapshot before = await NetnsSnapshot.TakeAsync(container);

        await container.RestartNetworkdAsync();

        List<SnapshotLine> lost = before.Missing(await NetnsSnapshot.TakeAsync(container));
        output.WriteLine(string.Join('\n', lost));
        lost.ShouldContain(line => line.Section == "addr4" && line.Seconds.Count > 0);
        lost.ShouldAllBe(line => IsOfAddressWithLifetime(line) || (container.Suite.SystemdVersion == 252 && IsOfNexthopObject(line)));
    }

    private static bool IsOfAddressWithLifetime(SnapshotLine line) =>
        line.Section.StartsWith("addr", StringComparison.Ordinal)
            ? line.Seconds.Count > 0
            : LifetimePrefixes.Any(prefix => line.Text.Contains(prefix, StringComparison.Ordinal));

    private static bool IsOfNexthopObject(SnapshotLine line) =>
        line.Section == "nexthop" || line.Text.Contains(" nhid ", StringComparison.Ordinal);

    private static string GlobalOptions(LabSuite suite) =>
        "[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n"
        + (suite.SystemdVersion >= 256 ? "ManageForeignNextHops=no\n" : "");
}
