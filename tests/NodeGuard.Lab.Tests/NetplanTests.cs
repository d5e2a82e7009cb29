using NodeGuard.Lab.Tests.Lab;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>Hosts that netplan configures: it rewrites /run/systemd/network, where the agent's own drop-ins are.</summary>
[Trait("Needs", "root")]
[Trait("Invariant", "2")]
public sealed class NetplanTests
{
    private const string Plan = """
        network:
          version: 2
          renderer: networkd
          ethernets:
            host0:
              addresses: [10.77.0.2/24, "2001:db8:77::2/64"]
              accept-ra: false
              routes:
                - {to: default, via: 10.77.0.1}
        """;

    [Theory]
    [InlineData("off")]
    [InlineData("runtime")]
    public async Task Nothing_is_lost_when_netplan_applies_a_changed_plan(string harden)
    {
        // netplan.io is in trixie's root file system only.
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Trixie, new AgentSetup { Harden = harden });
        await WritePlanAsync(guarded.Container, Plan);
        await guarded.Container.ExecAsync("rm", "/etc/systemd/network/10-host0.network");
        await guarded.Container.ExecAsync("netplan", "apply");
        await guarded.Container.NetworkdSettledAsync();
        NetnsSnapshot before = await guarded.SeedAsync();

        await WritePlanAsync(guarded.Container, Plan + "\n        - {to: 10.131.0.0/16, via: 10.77.0.1}\n");
        await guarded.Container.ExecAsync("netplan", "apply");
        await guarded.Container.UntilAsync(
            "netplan's new route",
            async () => (await guarded.Container.IpAsync("route", "show", "10.131.0.0/16")).Length > 0);

        await guarded.ShouldBeWholeAsync(before, " 10.131.0.0/16 ");
        await guarded.Container.RestartNetworkdAsync();
        await guarded.ShouldBeWholeAsync(before, " 10.131.0.0/16 ");
    }

    private static async Task WritePlanAsync(LabContainer container, string plan)
    {
        await container.WriteFileAsync("/etc/netplan/10-lab.yaml", plan);
        await container.ExecAsync("chmod", "600", "/etc/netplan/10-lab.yaml");
    }
}
