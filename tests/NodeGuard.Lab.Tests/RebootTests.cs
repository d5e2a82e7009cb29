using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>
/// A recycle by reboot, for real: the agent asks the logind of its host. The API server and the controller run on the same
/// host, so that all of NodeGuard goes down in the middle of it.
/// </summary>
[Trait("Needs", "root")]
public sealed class RebootTests
{
    private const string Kubeconfig = "/var/lib/sandbox/kubeconfig";
    private const string Node = "node-1";

    private const string Policy = """
        apiVersion: nodeguard.io/v1alpha1
        kind: NodePolicy
        metadata: {name: all}
        spec:
          nodeSelector: {}
          health: {minReady: 1s}
          replacement: {method: Reboot}
        """;

    // With each start the sandbox is another authority, which a real API server is not.
    private const string AfterSandbox =
        $"ExecStartPre=/bin/sh -c 'until test -s {Kubeconfig}; do sleep 0.1; done'\n[Unit]\nAfter=sandbox.service";

    public static TheoryData<string> Flushing => Suites.Flushing;

    [Theory]
    [MemberData(nameof(Flushing))]
    [Trait("Invariant", "9")]
    public async Task Whoever_blocks_a_shutdown_is_waited_for_then_the_host_reboots_once_and_the_recycle_succeeds(string suite)
    {
        var inCluster = new AgentSetup
        {
            Variables = new Dictionary<string, string> { ["NODEGUARD_CLUSTER_NODE"] = Node, ["NODEGUARD_CLUSTER_KUBECONFIG"] = Kubeconfig },
        };
        await using GuardedContainer guarded = await GuardedContainer.StartAsync(LabSuite.Named(suite), inCluster);
        LabContainer host = guarded.Container;
        // The lab's roots do without it, to boot faster.
        await host.ExecAsync("systemctl", "unmask", "systemd-logind.service");
        await host.ExecAsync("systemctl", "start", "systemd-logind.service");
        await StartClusterAsync(host);
        await guarded.ConfigureAsync(inCluster with { UnitLines = [AfterSandbox] });
        string boot = await BootIdAsync(host);
        await host.UntilAsync("the agent to report", async () => await ToldBootIdAsync(guarded) == boot, TimeSpan.FromSeconds(60));
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
        await TellAsKubeletAsync(host);
        await EndsAsync(guarded);

        JsonNode ended = (await HistoryAsync(guarded)).ShouldHaveSingleItem()!;
        ended["phase"]!.ToString().ShouldBe("Succeeded", await host.ShellAsync("journalctl --no-pager -u nodeguard-lab -u controller -n 80"));
        (await BootIdAsync(host)).ShouldBe(after, "what comes up again does not ask again");
    }

    /// <summary>As units that come again with the host.</summary>
    private static async Task StartClusterAsync(LabContainer host)
    {
        host.Install(LabHost.SandboxBinary(), "/usr/local/bin/nodeguard-sandbox");
        string manifests = string.Empty;
        foreach (string file in Directory.EnumerateFiles(LabHost.Definitions, "*.yaml").Order(StringComparer.Ordinal))
        {
            string path = "/var/lib/sandbox/" + Path.GetFileName(file);
            await host.WriteFileAsync(path, await File.ReadAllTextAsync(file));
            manifests += $" --manifest {path}";
        }

        await host.WriteFileAsync("/var/lib/sandbox/policy.yaml", Policy);
        await WriteUnitAsync(
            host, "sandbox", $"ExecStartPre=/bin/rm -f {Kubeconfig}",
            $"/usr/local/bin/nodeguard-sandbox --nodes 1 --workloads none --port 16443 --data /var/lib/sandbox/data --kubeconfig {Kubeconfig}{manifests} --manifest /var/lib/sandbox/policy.yaml");
        await WriteUnitAsync(host, "controller", AfterSandbox, $"/usr/local/bin/nodeguard controller --kubeconfig {Kubeconfig} --namespace default --listen off");
        await host.ShellAsync("mkdir -p /etc/systemd/system/multi-user.target.wants && cd /etc/systemd/system/multi-user.target.wants && ln -s ../sandbox.service ../controller.service ../nodeguard-lab.service .");
        await host.ExecAsync("systemctl", "daemon-reload");
        await host.ExecAsync("systemctl", "start", "sandbox.service", "controller.service");
    }

    private static Task WriteUnitAsync(LabContainer host, string name, string before, string command) => host.WriteFileAsync(
        $"/etc/systemd/system/{name}.service",
        $"[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart={command}\nRestart=always\nRestartSec=500ms\nEnvironment=HOME=/root\n{before}\n");

    /// <summary>The sandbox's kubelet is a simulated one, and has not rebooted with the host.</summary>
    private static async Task TellAsKubeletAsync(LabContainer host)
    {
        string kubectl = Environment.GetEnvironmentVariable("NODEGUARD_KUBECTL") is { Length: > 0 } named ? named : "kubectl";
        var boot = new JsonObject { ["status"] = new JsonObject { ["nodeInfo"] = new JsonObject { ["bootID"] = await BootIdAsync(host) } } };
        (await CommandRunner.RunAsync(
        [
            "nsenter", "--target", host.Leader.ToString(CultureInfo.InvariantCulture), "--net", "--",
            kubectl, "--kubeconfig", host.ProcPath(Kubeconfig), "patch", "node", Node, "--subresource=status", "--type=merge", "--patch", boot.ToJsonString(),
        ])).Succeeded();
    }

    private static async Task EndsAsync(GuardedContainer guarded)
    {
        try
        {
            await guarded.Container.UntilAsync("the recycle to end", async () => (await HistoryAsync(guarded)).Count > 0, TimeSpan.FromSeconds(60));
        }
        catch (LabException late)
        {
            string journals = await guarded.Container.ShellAsync("for unit in sandbox controller nodeguard-lab; do journalctl -b --no-pager -o cat -u $unit -n 12; done");
            throw new LabException($"{late.Message}; its node: {await StatusAsync(guarded)}\n{journals}");
        }
    }

    private static async Task<JsonObject> StatusAsync(GuardedContainer guarded)
    {
        CommandResult seen = await guarded.TryCliAsync("status", Node, "--kubeconfig", Kubeconfig, "-o", "json");
        return seen.ExitCode == 0 && JsonNode.Parse(seen.Output) is JsonObject status ? status : [];
    }

    private static async Task<string?> ToldBootIdAsync(GuardedContainer guarded) => (await StatusAsync(guarded))["agent"]?["bootID"]?.ToString();

    private static async Task<JsonArray> HistoryAsync(GuardedContainer guarded)
    {
        CommandResult seen = await guarded.TryCliAsync("history", "--kubeconfig", Kubeconfig, "-o", "json");
        return seen.ExitCode == 0 && JsonNode.Parse(seen.Output)?["recycles"] is JsonArray recycles ? recycles : [];
    }

    private static async Task<string> BootIdAsync(LabContainer host) => (await host.ReadFileAsync("/proc/sys/kernel/random/boot_id")).Trim();
}
