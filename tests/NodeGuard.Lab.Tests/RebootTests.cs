using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using static NodeGuard.Lab.Tests.Cluster.HostCluster;

namespace NodeGuard.Lab.Tests;

/// <summary>
/// A recycle by reboot, for real: the agent asks the logind of its host. The API server and the controller run on the same
/// host, so that all of NodeGuard goes down in the middle of it.
/// </summary>
[Trait("Needs", "root")]
public sealed class RebootTests
{
    private const string Policy = """
        apiVersion: nodeguard.io/v1alpha1
        kind: NodePolicy
        metadata: {name: all}
        spec:
          nodeSelector: {}
          health: {minReady: 1s}
          replacement: {method: Reboot}
        """;

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "9")]
    public async Task Whoever_blocks_a_shutdown_is_waited_for_then_the_host_reboots_once_and_the_recycle_succeeds(string suite)
    {
        await using GuardedContainer guarded = await StartAsync(LabSuite.Named(suite), Policy);
        LabContainer host = guarded.Container;
        string boot = await BootIdAsync(host);
        await host.ExecAsync(
            "systemd-run", "--unit=backup", "systemd-inhibit", "--what=shutdown", "--mode=block", "--who=backup", "--why=half done", "sleep", "infinity");
        await host.UntilAsync("the inhibitor", async () => (await host.ExecAsync("systemd-inhibit", "--list", "--no-pager")).Contains("half done", StringComparison.Ordinal));

        await guarded.CliAsync("recycle", Node, "--yes", "--reason", "a test of the lab", "--kubeconfig", Kubeconfig);
        await host.UntilAsync(
            "the agent to name who blocks",
            async () => (await StatusAsync(guarded)).ToJsonString().Contains("waits for who blocks a shutdown: backup (half done)", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));
        (await BootIdAsync(host)).ShouldBe(boot);

        await host.ExecAsync("systemctl", "stop", "backup.service");
        await host.RebootedAsync();
        string after = await BootIdAsync(host);
        after.ShouldNotBe(boot);
        await host.UntilAsync("the agent to tell that it was done", async () => await ToldBootIdAsync(guarded) == after, TimeSpan.FromSeconds(60));
        (await HistoryAsync(guarded)).ShouldBeEmpty("the kubelet has not told of another boot yet");
        await TellBootAsKubeletAsync(host);
        await EndsAsync(guarded);

        JsonNode ended = (await HistoryAsync(guarded)).ShouldHaveSingleItem()!;
        ended["phase"]!.ToString().ShouldBe("Succeeded", await host.ShellAsync("journalctl --no-pager -u nodeguard-lab -u controller -n 80"));
        (await BootIdAsync(host)).ShouldBe(after, "what comes up again does not ask again");
    }
}
