using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>An update after which the host reaches its nameserver no more, and nothing else is wrong with it.</summary>
[Trait("Needs", "root")]
public sealed class UpdateNamesTests
{
    private const string Server = "10.77.0.1";

    // Several looks of the agent, each of which waits two seconds for an answer.
    private static readonly TimeSpan SomeLooks = TimeSpan.FromSeconds(8);

    [Fact]
    [Trait("Invariant", "11")]
    public async Task An_update_has_not_succeeded_before_names_are_resolved_again()
    {
        await using UpdatableContainer updatable = await UpdatableContainer.BootAsync(LabSuite.Trixie);
        LabContainer host = updatable.Container;
        using Process nameserver = host.StartAtPeer(
            "/usr/sbin/dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", "--pid-file=", "--no-resolv", "--no-hosts", "--bind-interfaces", $"--listen-address={Server}");
        try
        {
            await host.UntilAsync("the nameserver to listen", async () => (await host.PeerAsync("ss", "-Hlun", "sport = :53")).Output.Length > 0);
            await host.WriteFileAsync("/etc/resolv.conf", $"nameserver {Server}\n");
            await updatable.InstallAgentAsync("NODEGUARD_UPDATES_MODE=hold");
            await updatable.UntilAsync(UpdatableContainer.Service, "held");
            await updatable.PublishAsync(
                AptSource.Security,
                new DebPackage(UpdatableContainer.Package, "3") { Scripts = new Dictionary<string, string> { ["postinst"] = $"#!/bin/sh\nip route add blackhole {Server}/32\n" } });

            await host.ExecAsync("nodeguard", "updates", "apply", "--no-wait");
            await host.UntilAsync("the host to have to prove itself", async () => await PhaseAsync(host) == "verifying");
            await Task.Delay(SomeLooks);
            (await PhaseAsync(host)).ShouldBe("verifying");
            await host.IpAsync("route", "del", "blackhole", $"{Server}/32");

            await host.UntilAsync("the update to succeed", async () => await PhaseAsync(host) == "succeeded", TimeSpan.FromSeconds(30));
            (await RunAsync(host))["health"]!["namesAreResolved"]!.GetValue<bool>().ShouldBeTrue("before the update");
        }
        finally
        {
            nameserver.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> PhaseAsync(LabContainer host) => (await RunAsync(host))["phase"]!.ToString();

    private static async Task<JsonNode> RunAsync(LabContainer host) =>
        JsonNode.Parse(await host.ExecAsync("nodeguard", "updates", "history", "-o", "json"))!["runs"]![0]!;
}
