using System.Globalization;
using NodeGuard.Lab.Tests.Lab;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>All ways in which a running networkd configures links anew.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "2")]
public sealed class LinkTriggerTests
{
    private const string Host0File = "/etc/systemd/network/10-host0.network";

    private const string ExtraLinks = "[Match]\nName=extra*\n[Network]\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=no\n";

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_networkd_reloads_a_changed_file(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        string file = await guarded.Container.ReadFileAsync(Host0File);
        await guarded.Container.WriteFileAsync(Host0File, file + "\n[Route]\nDestination=10.130.0.0/16\nGateway=10.77.0.1\n");
        await guarded.Container.ExecAsync("networkctl", "reload");
        await guarded.Container.UntilAsync(
            "networkd's own new route",
            async () => (await guarded.Container.IpAsync("route", "show", "10.130.0.0/16")).Length > 0);

        await guarded.ShouldBeWholeAsync(before, " 10.130.0.0/16 ");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_a_link_is_reconfigured(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.ExecAsync("networkctl", "reconfigure", "host0");

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_a_link_appears_that_networkd_manages(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.Container.WriteFileAsync("/etc/systemd/network/20-extra.network", ExtraLinks);
        await guarded.Container.ExecAsync("networkctl", "reload");
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.AddLinkAsync("extra0", "extrapeer0");
        await guarded.Container.UntilAsync(
            "networkd to configure extra0",
            async () => (await guarded.Container.ExecAsync("networkctl", "--no-legend", "list", "extra0")).Contains(" configured", StringComparison.Ordinal));

        await guarded.ShouldBeWholeAsync(before, " dev extra0 ", "addr6: extra0 ");
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_with_eight_managed_links_each_of_which_flushes(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        await guarded.Container.WriteFileAsync("/etc/systemd/network/20-extra.network", ExtraLinks);
        await guarded.Container.ExecAsync("networkctl", "reload");
        for (int link = 0; link < 7; link++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"extra{link}");
            await guarded.Container.AddLinkAsync(name, $"p{name}");
        }

        await guarded.Container.UntilAsync("eight configured links", async () =>
            (await guarded.Container.ExecAsync("networkctl", "--no-legend", "list")).Split(" configured").Length - 1 == 8);
        await guarded.Container.IpBatchAsync("-4", Enumerable.Range(0, 7).Select(link => string.Create(
            CultureInfo.InvariantCulture,
            $"route add 10.{140 + link}.0.0/16 dev extra{link} table {200 + link}")));
        NetnsSnapshot before = await guarded.SeedAsync();

        await guarded.Container.RestartNetworkdAsync();

        await guarded.ShouldBeWholeAsync(before);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_when_the_carrier_flaps(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        NetnsSnapshot before = await guarded.SeedAsync(ForeignObjects.Deletable.Where(OutlivesCarrier));

        (await guarded.Container.PeerAsync("ip", "link", "set", "peer0", "down")).Succeeded();
        await guarded.Container.UntilAsync("networkd to see no carrier", async () => !await HasCarrierAsync(guarded.Container));
        (await guarded.Container.PeerAsync("ip", "link", "set", "peer0", "up")).Succeeded();
        await guarded.Container.UntilAsync("networkd to see the carrier", () => HasCarrierAsync(guarded.Container));

        await guarded.ShouldBeWholeAsync(before);
    }

    /// <remarks>
    /// Without any networkd the kernel drops nexthop objects of a device that loses its carrier; and a foreign address
    /// that shares networkd's prefix becomes the primary one when networkd takes its own away.
    /// </remarks>
    private static bool OutlivesCarrier(ForeignObject one) =>
        !one.Kind.Contains("nexthop", StringComparison.Ordinal) && one.Kind != "address: second of networkd's own prefix";

    private static async Task<bool> HasCarrierAsync(LabContainer container) =>
        !(await container.ExecAsync("networkctl", "--no-legend", "list", "host0")).Contains("no-carrier", StringComparison.Ordinal);
}
