using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Lab.Tests.Apt;
using NodeGuard.Lab.Tests.Lab;

namespace NodeGuard.Lab.Tests.Cluster;

/// <summary>
/// The fleet of 7 March: three real nodes and seven simulated ones, and an archive with which all of them get newer versions of
/// systemd. There is a cluster, and NodeGuard, from <see cref="GuardAsync"/> on.
/// </summary>
internal sealed class MarchFleet : IAsyncDisposable
{
    public const int Real = 3;
    public const int Simulated = 7;
    public const string Policy = "all";
    private const string Pool = "simulated";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly RebuiltSystemd _systemd;
    private LabCluster? _cluster;

    private MarchFleet(IReadOnlyList<MarchNode> nodes, RebuiltSystemd systemd) => (Nodes, _systemd) = (nodes, systemd);

    /// <summary>The real ones.</summary>
    public IReadOnlyList<MarchNode> Nodes { get; }

    public LabCluster Cluster => _cluster ?? throw new InvalidOperationException("there is no cluster yet");

    public static async Task<MarchFleet> BootAsync(LabSuite suite)
    {
        MarchNode[] nodes = await Task.WhenAll(Enumerable.Range(1, Real).Select(async number => new MarchNode(
            string.Create(CultureInfo.InvariantCulture, $"node-{number}"), await UpdatableContainer.BootWithoutPackagesAsync(suite))));
        return new MarchFleet(nodes, await RebuiltSystemd.TakeApartAsync(nodes[0].Host.Container));
    }

    public Task EachAsync(Func<MarchNode, Task> act) => Task.WhenAll(Nodes.Select(act));

    public string Version(string suffix) => _systemd.Version(suffix);

    /// <summary>"name version" as NodeRecycles and GuardedNodes tell it.</summary>
    public string Package(string suffix) => $"{RebuiltSystemd.Package}:amd64 {Version(suffix)}";

    /// <summary>Brings a version into the archive of every node.</summary>
    /// <param name="last">What its postinst does last.</param>
    public async Task PublishAsync(string suffix, string last = "")
    {
        IReadOnlyList<string> files = await _systemd.BuildAsync(suffix, last);
        await EachAsync(node => node.Host.PublishFilesAsync(files));
        if (_cluster is not null)
        {
            await _cluster.PatchAsync("sandboxpool", Pool, new JsonObject { ["spec"] = new JsonObject { ["packages"] = new JsonArray([.. Packages(suffix).Select(static package => (JsonNode)package)]) } });
            // It looks by itself, too, some time after the archive's files have come to rest. A hazard is exit code 1.
            await EachAsync(static node => node.Host.Container.TryExecAsync("nodeguard", "updates", "pending", "--now", "-o", "json"));
            await ToldAsync($"all {Real + Simulated} nodes to tell that {Package(suffix)} is pending", guarded => guarded.Items("status", "updates", "packages").Any(package => package.Text("version") == Version(suffix)));
        }
    }

    /// <summary>Starts the cluster, and the agents of the real nodes, as install.sh brings them but without prevention: what it would keep from being deleted has to be restored.</summary>
    /// <param name="suffix">The version that all nodes have by now.</param>
    public async Task GuardAsync(string suffix)
    {
        _cluster = await LabCluster.StartAsync(
            "--nodes", Real.ToString(CultureInfo.InvariantCulture), "--pool",
            string.Create(CultureInfo.InvariantCulture, $"name={Pool},count={Simulated},agents=true,heartbeat=5s,update=1s,packages={string.Join(';', Packages(suffix))}"));
        await SetPolicyAsync("updates: {mode: Hold}");
        // With these two a unit sees the boot id of the machine below, and not that which nspawn gives the container.
        await EachAsync(async node => await node.Host.InstallAgentAsync(
            $"{await Cluster.JoinAsync(node.Host.Container, node.Name)} NODEGUARD_ROUTES_HARDEN=off", "ProtectKernelTunables=no", "ProtectControlGroups=no"));
        await ToldAsync("all nodes to hold", static guarded => guarded.Text("status", "updates", "hold") == "Held");
    }

    /// <summary>Lets the controller update them, one at a time, the canary first; also where that has networkd delete what is not its own.</summary>
    public Task RollAsync(TimeSpan soak) => SetPolicyAsync(
        "updates: {mode: Coordinated, drain: IfReboot, onHazard: Proceed}",
        string.Create(CultureInfo.InvariantCulture, $"waves: [{{name: canary, size: 1, soak: {soak.TotalSeconds}s}}, {{name: rest}}]"),
        "budget: {maxUnavailable: 1}",
        "health: {minReady: 1s}");

    public Task PauseAsync(bool paused) => Cluster.PatchAsync("nodepolicy", Policy, new JsonObject { ["spec"] = new JsonObject { ["paused"] = paused } });

    /// <summary>Waits until the GuardedNode of every node says so.</summary>
    public Task ToldAsync(string what, Func<JsonNode, bool> says) => Cluster.UntilAsync(
        what, () => Cluster.ListAsync("guardednodes"), guarded => guarded.Count(says) == Real + Simulated, Patience);

    /// <summary>Waits until the GuardedNode of every real node says so.</summary>
    public Task RealToldAsync(string what, Func<JsonNode, bool> says) => ToldAsync(what, guarded => guarded.Text("metadata", "name") is var name && (!IsReal(name) || says(guarded)));

    public bool IsReal(string node) => Nodes.Any(real => real.Name == node);

    public async Task<IReadOnlyList<UpdateRecycle>> RecyclesAsync() => [.. (await Cluster.ListAsync("noderecycles")).Select(UpdateRecycle.Of).OrderBy(static recycle => recycle.Started)];

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        await Task.WhenAll(Nodes.Select(static node => node.DisposeAsync().AsTask()));
    }

    /// <param name="lines">What the policy for all nodes says besides its selector, one field a line.</param>
    private Task SetPolicyAsync(params string[] lines) => Cluster.ApplyAsync(
        $"apiVersion: nodeguard.io/v1alpha1\nkind: NodePolicy\nmetadata: {{name: {Policy}}}\nspec:\n  nodeSelector: {{}}\n{string.Concat(lines.Select(static line => $"  {line}\n"))}");

    private IEnumerable<string> Packages(string suffix) => _systemd.Packages.Select(name => $"{name}:amd64={Version(suffix)}");
}
