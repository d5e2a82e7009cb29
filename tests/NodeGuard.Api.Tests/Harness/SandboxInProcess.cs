using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Resources;
using NodeGuard.Sandbox.Simulation;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>A sandbox in this process, with its controllers and scheduler and without simulated nodes.</summary>
internal sealed class SandboxInProcess : IAsyncDisposable
{
    private readonly SandboxServer _server;

    private readonly ClusterSimulation _simulation;

    private SandboxInProcess(SandboxServer server, ClusterSimulation simulation, string kubeconfig)
    {
        _server = server;
        _simulation = simulation;
        Kubeconfig = kubeconfig;
    }

    public string Kubeconfig { get; }

    public Cluster Cluster => _server.Cluster;

    public SandboxServer Server => _server;

    public static async Task<SandboxInProcess> StartAsync(string directory)
    {
        var cluster = new Cluster(TimeProvider.System);
        BuiltIns.AddTo(cluster);
        InitialObjects.AddTo(cluster);
        var simulation = new ClusterSimulation(cluster);
        SandboxServer server = await SandboxServer.StartAsync(cluster);
        simulation.Start();
        string kubeconfig = Path.Combine(directory, "kubeconfig");
        Sandbox.Http.Kubeconfig.Write(kubeconfig, server.KubeconfigText());
        return new SandboxInProcess(server, simulation, kubeconfig);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _simulation.DisposeAsync();
    }
}
