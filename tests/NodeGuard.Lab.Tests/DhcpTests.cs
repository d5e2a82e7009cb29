using System.Diagnostics;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>A link that gets its address from a DHCP server, with foreign objects that hang on it.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "2")]
public sealed class DhcpTests
{
    private static readonly ForeignObject[] OnLease =
    [
        new("address beside the lease", false, "addr add 10.88.0.200/32 dev dhcp0"),
        new("route over the lease's gateway", false, "route add 10.150.0.0/16 via 10.88.0.1 dev dhcp0", "route add default via 10.88.0.1 dev dhcp0 table 150"),
        new("route of protocol dhcp that is not networkd's", false, "route add 10.151.0.0/16 via 10.88.0.1 dev dhcp0 proto dhcp"),
        new("rule", false, "rule add from 10.88.0.0/24 table 150 priority 1500"),
    ];

    private static readonly TimeSpan LeaseTimeout = TimeSpan.FromMinutes(4);

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task Nothing_is_lost_on_a_link_with_a_lease_when_networkd_restarts_and_renews(string suite)
    {
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        using Process server = await StartServerAsync(guarded.Container, "10.88.0.50,10.88.0.59,2m");
        NetnsSnapshot before = await guarded.SeedAsync(OnLease);

        await guarded.Container.RestartNetworkdAsync();
        await guarded.ShouldBeWholeAsync(before);
        await guarded.Container.ExecAsync("networkctl", "renew", "dhcp0");
        await guarded.ShouldBeWholeAsync(before);
        server.Kill(entireProcessTree: true);
    }

    [Theory]
    [MemberData(nameof(Flushing))]
    public async Task What_fell_with_a_lost_lease_is_back_with_the_next(string suite)
    {
        const string range = "10.88.0.50,10.88.0.50,2m";
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite));
        using Process first = await StartServerAsync(guarded.Container, range);
        var onAddress = new ForeignObject("route from the lease's address", false, "route add 10.152.0.0/16 via 10.88.0.1 dev dhcp0 src 10.88.0.50");
        await guarded.SeedAsync([.. OnLease, onAddress]);

        first.Kill(entireProcessTree: true);
        // The next server wants its port.
        await first.WaitForExitAsync();
        await guarded.Container.UntilAsync("the lease to end", async () => !await HasLeaseAsync(guarded.Container, "10.88.0.5"), LeaseTimeout);
        (await guarded.Container.IpAsync("route", "show", "10.152.0.0/16")).ShouldBeEmpty("the kernel was to take it with its source");
        using Process second = await StartDnsmasqAsync(guarded.Container, range);
        await guarded.Container.UntilAsync("a new lease", () => HasLeaseAsync(guarded.Container, "10.88.0.5"), LeaseTimeout);

        // No snapshot: the lease itself is another, with a time of its own.
        await guarded.Container.UntilAsync(
            "what fell with the lease to be back, and what did not to be there still",
            async () => (await ReadAsync(guarded.Container)) is { Length: > 0 } now
                && new[] { "10.152.0.0/16 via 10.88.0.1 dev dhcp0 src 10.88.0.50", "10.150.0.0/16", "default via 10.88.0.1 dev dhcp0 table 150", "10.151.0.0/16", "10.88.0.200/32", "1500:" }
                    .All(wanted => now.Contains(wanted, StringComparison.Ordinal)));
        second.Kill(entireProcessTree: true);
    }

    private static async Task<string> ReadAsync(LabContainer container) =>
        await container.IpAsync("route", "show", "table", "all") + await container.IpAsync("rule")
        + await container.IpAsync("-o", "-4", "addr", "show", "dev", "dhcp0");

    private static async Task<Process> StartServerAsync(LabContainer container, string range)
    {
        await container.WriteFileAsync("/etc/systemd/network/20-dhcp0.network", "[Match]\nName=dhcp0\n[Network]\nDHCP=ipv4\nLinkLocalAddressing=ipv6\nIPv6AcceptRA=no\n[DHCPv4]\nRouteMetric=500\n");
        await container.ExecAsync("networkctl", "reload");
        await container.AddLinkAsync("dhcp0", "dhcppeer0");
        (await container.PeerAsync("ip", "addr", "add", "10.88.0.1/24", "dev", "dhcppeer0")).Succeeded();
        Process server = await StartDnsmasqAsync(container, range);
        await container.UntilAsync("a lease on dhcp0", () => HasLeaseAsync(container, "10.88.0.5"));
        await container.NetworkdSettledAsync();
        return server;
    }

    private static async Task<Process> StartDnsmasqAsync(LabContainer container, string range)
    {
        Process server = container.StartAtPeer(
            "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--user=root", "--pid-file=", "--leasefile-ro",
            "--dhcp-authoritative", "--interface=dhcppeer0", "--bind-interfaces", $"--dhcp-range={range}", "--dhcp-option=option:router,10.88.0.1");
        // A renewal sent before it listens would be repeated only after a minute.
        await container.UntilAsync(
            "the DHCP server to listen",
            async () => (await container.PeerAsync("ss", "-Hlun", "sport = :67")).Output.Length > 0);
        return server;
    }

    private static async Task<bool> HasLeaseAsync(LabContainer container, string prefix) =>
        (await container.IpAsync("-o", "-4", "addr", "show", "dev", "dhcp0")).Contains($"inet {prefix}", StringComparison.Ordinal);
}
