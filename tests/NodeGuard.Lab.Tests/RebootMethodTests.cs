using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;
using static NodeGuard.Lab.Tests.Cluster.HostCluster;

namespace NodeGuard.Lab.Tests;

/// <summary>
/// Soft reboots by a real systemd, and what a host refuses. A kexec itself cannot be tried here: containers share their
/// host's kernel.
/// </summary>
[Trait("Needs", "root")]
public sealed class RebootMethodTests
{
    private const string Request = "/run/reboot-required";

    // Comes late, as a kubelet does.
    private const string Kubelet = "[Service]\nExecStartPre=/bin/sleep 3\nExecStart=/bin/sleep infinity\n";

    [Fact]
    [Trait("Invariant", "9")]
    public async Task Userspace_is_started_anew_once_and_what_asked_for_that_asks_no_more()
    {
        await using GuardedContainer guarded = await StartAsync(LabSuite.Trixie, Policy("SoftReboot"));
        LabContainer host = guarded.Container;
        await host.WriteFileAsync("/etc/systemd/system/kubelet.service", Kubelet);
        await host.ExecAsync("ln", "-s", "../kubelet.service", "/etc/systemd/system/multi-user.target.wants/kubelet.service");
        await host.ExecAsync("systemctl", "daemon-reload");
        await host.ExecAsync("systemctl", "start", "kubelet.service");
        await host.WriteFileAsync(Request, "*** System restart required ***\n");
        await host.WriteFileAsync($"{Request}.pkgs", "libc6\n");
        string boot = await BootIdAsync(host);

        await RecycleAsync(guarded);
        await host.UntilAsync("userspace to be started anew", async () => await SoftRebootsAsync(host) == "1", TimeSpan.FromSeconds(60));
        await EndsAsync(guarded);

        JsonNode ended = (await HistoryAsync(guarded)).ShouldHaveSingleItem()!;
        ended["phase"]!.ToString().ShouldBe("Succeeded", $"{ended.ToJsonString()}{await host.ShellAsync("journalctl --no-pager -u nodeguard-lab -u controller -n 80")}");
        (await BootIdAsync(host)).ShouldBe(boot);
        (await SoftRebootsAsync(host)).ShouldBe("1", "what comes up again does not ask again");
        (await host.ExecAsync("systemctl", "is-active", "kubelet.service")).Trim().ShouldBe("active", "it is not done before");
        (File.Exists(host.ProcPath(Request)), File.Exists(host.ProcPath($"{Request}.pkgs"))).ShouldBe((false, false));
        (await host.ShellAsync("journalctl --no-pager -o cat -u nodeguard-lab")).ShouldContain("is Done: userspace was started anew; the kernel is the same");
    }

    [Theory]
    [InlineData("bookworm", "SoftReboot", "", "wanted is a soft reboot, which came with systemd 254, and 252")]
    [InlineData("trixie", "SoftReboot", "linux-image-6.12.0-99-amd64", "wanted is a soft reboot, which keeps the kernel, and /run/reboot-required names linux-image-6.12.0-99-amd64")]
    [InlineData("trixie", "Kexec", "", "wanted is a reboot by kexec, and ")]
    public async Task What_a_host_cannot_do_is_refused_and_not_done_in_another_way(string suite, string method, string asksFor, string refusal)
    {
        await using GuardedContainer guarded = await StartAsync(LabSuite.Named(suite), Policy(method));
        LabContainer host = guarded.Container;
        if (asksFor.Length > 0)
        {
            await host.WriteFileAsync(Request, "");
            await host.WriteFileAsync($"{Request}.pkgs", asksFor + "\n");
        }

        string before = await UserspaceAsync(host);

        await RecycleAsync(guarded);
        await EndsAsync(guarded);

        JsonNode ended = (await HistoryAsync(guarded)).ShouldHaveSingleItem()!;
        ended["phase"]!.ToString().ShouldBe("Failed");
        ended["message"]!.ToString().ShouldContain($"the agent did not reboot the node: {refusal}");
        (await UserspaceAsync(host)).ShouldBe(before);
        File.Exists(host.ProcPath(Request)).ShouldBe(asksFor.Length > 0);
    }

    private static string Policy(string method) => $$"""
        apiVersion: nodeguard.io/v1alpha1
        kind: NodePolicy
        metadata: {name: all}
        spec:
          nodeSelector: {}
          health: {minReady: 1s}
          replacement: {method: Reboot}
          updates: {rebootMethod: {{method}}}
        """;

    private static Task<string> RecycleAsync(GuardedContainer guarded) => guarded.CliAsync("recycle", Node, "--yes", "--reason", "a test of the lab", "--kubeconfig", Kubeconfig);

    // While systemd executes itself anew nobody answers.
    private static async Task<string> SoftRebootsAsync(LabContainer host) =>
        (await host.TryExecAsync("systemctl", "show", "--property=SoftRebootsCount", "--value")).Output.Trim();

    /// <summary>Of the boot, and of the userspace.</summary>
    private static async Task<string> UserspaceAsync(LabContainer host) =>
        await BootIdAsync(host) + " " + await host.ExecAsync("systemctl", "show", "--property=ActiveEnterTimestampMonotonic", "--value", "sysinit.target");
}
