using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>A Kubernetes API with simulated nodes, and NodeGuard's controller, on this host; real nodes are containers that join.</summary>
internal sealed class LabCluster : IAsyncDisposable
{
    private const string InContainer = "/etc/nodeguard/kubeconfig";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-lab-").FullName;
    private readonly List<ApiRelay> _relays = [];
    private readonly ClusterProcess _sandbox;
    private ClusterProcess? _controller;

    private LabCluster(string[] arguments)
    {
        string[] definitions = [.. Directory.EnumerateFiles(LabHost.Definitions, "*.yaml").Order(StringComparer.Ordinal).SelectMany(static file => new[] { "--manifest", file })];
        _sandbox = new ClusterProcess([LabHost.SandboxBinary(), "--workloads", "none", "--kubeconfig", Kubeconfig, .. arguments, .. definitions]);
    }

    /// <summary>What the processes of the cluster said last.</summary>
    public string Log => $"the controller:\n{_controller?.Log}\nthe API server:\n{_sandbox.Log}";

    private string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    /// <param name="arguments">Of nodeguard-sandbox: its nodes and pools.</param>
    public static async Task<LabCluster> StartAsync(params string[] arguments)
    {
        var cluster = new LabCluster(arguments);
        try
        {
            await cluster._sandbox.ServesAsync();
            cluster._controller = new ClusterProcess(LabHost.NodeguardBinary(), "controller", "--kubeconfig", cluster.Kubeconfig, "--namespace", "default", "--listen", "off");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the API server reachable from the container, and tells the container's boot as the node's kubelet would.</summary>
    /// <returns>The variables by which its agent is that of the node.</returns>
    public async Task<string> JoinAsync(LabContainer container, string node)
    {
        string text = await File.ReadAllTextAsync(Kubeconfig);
        string server = text.Split('\n').Select(static line => line.Trim()).First(static line => line.StartsWith("server:", StringComparison.Ordinal))["server:".Length..].Trim();
        _relays.Add(await ApiRelay.StartAsync(container, new Uri(server).Port));
        await container.WriteFileAsync(InContainer, text.Replace(server, $"https://{ApiRelay.Address}", StringComparison.Ordinal));
        await KubectlAsync("patch", "node", node, "--subresource=status", "--type=merge", "--patch", HostCluster.Boot(await HostCluster.BootIdAsync(container)).ToJsonString());
        return $"NODEGUARD_CLUSTER_NODE={node} NODEGUARD_CLUSTER_KUBECONFIG={InContainer}";
    }

    public async Task<string> KubectlAsync(params string[] arguments) => (await CommandRunner.RunAsync([.. Kubectl, .. arguments])).Succeeded();

    public async Task ApplyAsync(string manifest) => (await CommandRunner.RunAsync([.. Kubectl, "apply", "-f", "-"], input: manifest)).Succeeded();

    public Task PatchAsync(string kind, string name, JsonObject patch) => KubectlAsync("patch", kind, name, "--type=merge", "--patch", patch.ToJsonString());

    public async Task<JsonNode> GetAsync(string kind, string name) => JsonNode.Parse(await KubectlAsync("get", kind, name, "-o", "json"))!;

    public async Task<IReadOnlyList<JsonNode>> ListAsync(string kind) => [.. JsonNode.Parse(await KubectlAsync("get", kind, "-o", "json"))!["items"]!.AsArray().Select(static item => item!)];

    /// <summary>Waits; when it was in vain, the message tells what <paramref name="look"/> saw last and what the cluster said.</summary>
    /// <param name="what">What is waited for.</param>
    /// <param name="look">One look.</param>
    /// <param name="isThere">Whether that is what was waited for.</param>
    public async Task<T> UntilAsync<T>(string what, Func<Task<T>> look, Func<T, bool> isThere, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        while (true)
        {
            T seen = await look();
            if (isThere(seen))
            {
                return seen;
            }

            if (deadline.IsCancellationRequested)
            {
                string last = seen is IEnumerable<JsonNode> items ? string.Join('\n', items.Select(static item => item.ToJsonString())) : $"{seen}";
                throw new LabException($"waited {timeout.TotalSeconds:0} s for {what}, in vain; seen last:\n{last}\n{Log}");
            }

            await Task.Delay(PollInterval, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_controller is not null)
        {
            await _controller.DisposeAsync();
        }

        foreach (ApiRelay relay in _relays)
        {
            await relay.DisposeAsync();
        }

        await _sandbox.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string[] Kubectl =>
    [
        Environment.GetEnvironmentVariable("NODEGUARD_KUBECTL") is { Length: > 0 } named ? named : "kubectl",
        "--kubeconfig", Kubeconfig, "--cache-dir", Path.Combine(_directory, "cache"),
    ];
}
