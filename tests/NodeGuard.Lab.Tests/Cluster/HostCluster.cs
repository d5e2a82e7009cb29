using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>An API server and a controller on the host of the agent itself, so that all of NodeGuard goes down and comes again with it.</summary>
internal static class HostCluster
{
    public const string Kubeconfig = "/var/lib/sandbox/kubeconfig";
    public const string Node = "node-1";

    // With each start the sandbox is another authority, which a real API server is not.
    private const string AfterSandbox =
        $"ExecStartPre=/bin/sh -c 'until test -s {Kubeconfig}; do sleep 0.1; done'\n[Unit]\nAfter=sandbox.service";

    /// <summary>Boots, and waits until the agent has reported to the API server.</summary>
    public static async Task<GuardedContainer> StartAsync(LabSuite suite, string policy)
    {
        var inCluster = new AgentSetup
        {
            Variables = new Dictionary<string, string> { ["NODEGUARD_CLUSTER_NODE"] = Node, ["NODEGUARD_CLUSTER_KUBECONFIG"] = Kubeconfig },
        };
        GuardedContainer guarded = await GuardedContainer.StartAsync(suite, inCluster);
        try
        {
            LabContainer host = guarded.Container;
            // The lab's roots do without it, to boot faster.
            await host.ExecAsync("systemctl", "unmask", "systemd-logind.service");
            await host.ExecAsync("systemctl", "start", "systemd-logind.service");
            await StartClusterAsync(host, policy);
            await guarded.ConfigureAsync(inCluster with { UnitLines = [AfterSandbox] });
            string boot = await BootIdAsync(host);
            await host.UntilAsync("the agent to report", async () => await ToldBootIdAsync(guarded) == boot, TimeSpan.FromSeconds(60));
            await TellBootAsKubeletAsync(host);
            return guarded;
        }
        catch
        {
            await guarded.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the recycle is over.</summary>
    public static async Task EndsAsync(GuardedContainer guarded)
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

    public static async Task<JsonObject> StatusAsync(GuardedContainer guarded)
    {
        CommandResult seen = await guarded.TryCliAsync("status", Node, "--kubeconfig", Kubeconfig, "-o", "json");
        return seen.ExitCode == 0 && JsonNode.Parse(seen.Output) is JsonObject status ? status : [];
    }

    public static async Task<string?> ToldBootIdAsync(GuardedContainer guarded) => (await StatusAsync(guarded))["agent"]?["bootID"]?.ToString();

    public static async Task<JsonArray> HistoryAsync(GuardedContainer guarded)
    {
        CommandResult seen = await guarded.TryCliAsync("history", "--kubeconfig", Kubeconfig, "-o", "json");
        return seen.ExitCode == 0 && JsonNode.Parse(seen.Output)?["recycles"] is JsonArray recycles ? recycles : [];
    }

    /// <summary>The sandbox's kubelet is a simulated one, and knows nothing of the host's boots.</summary>
    public static async Task TellBootAsKubeletAsync(LabContainer host)
    {
        string kubectl = Environment.GetEnvironmentVariable("NODEGUARD_KUBECTL") is { Length: > 0 } named ? named : "kubectl";
        (await CommandRunner.RunAsync(
        [
            "nsenter", "--target", host.Leader.ToString(CultureInfo.InvariantCulture), "--net", "--",
            kubectl, "--kubeconfig", host.ProcPath(Kubeconfig), "patch", "node", Node, "--subresource=status", "--type=merge", "--patch", Boot(await BootIdAsync(host)).ToJsonString(),
        ])).Succeeded();
    }

    /// <summary>What a kubelet tells of the boot that runs.</summary>
    public static JsonObject Boot(string id) => new() { ["status"] = new JsonObject { ["nodeInfo"] = new JsonObject { ["bootID"] = id } } };

    public static async Task<string> BootIdAsync(LabContainer host) => (await host.ReadFileAsync("/proc/sys/kernel/random/boot_id")).Trim();

    /// <summary>As units that come again with the host.</summary>
    private static async Task StartClusterAsync(LabContainer host, string policy)
    {
        host.Install(LabHost.SandboxBinary(), "/usr/local/bin/nodeguard-sandbox");
        string manifests = string.Empty;
        foreach (string file in Directory.EnumerateFiles(LabHost.Definitions, "*.yaml").Order(StringComparer.Ordinal))
        {
            string path = "/var/lib/sandbox/" + Path.GetFileName(file);
            await host.WriteFileAsync(path, await File.ReadAllTextAsync(file));
            manifests += $" --manifest {path}";
        }

        await host.WriteFileAsync("/var/lib/sandbox/policy.yaml", policy);
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
}
