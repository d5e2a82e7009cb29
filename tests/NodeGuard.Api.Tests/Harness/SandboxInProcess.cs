using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Resources;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>A sandbox in this process, without simulated nodes.</summary>
internal sealed class SandboxInProcess : IAsyncDisposable
{
    private readonly SandboxServer _server;

    private SandboxInProcess(SandboxServer server, string kubeconfig)
    {
        _server = server;
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
        SandboxServer server = await SandboxServer.StartAsync(cluster);
        string kubeconfig = Path.Combine(directory, "kubeconfig");
        Sandbox.Http.Kubeconfig.Write(kubeconfig, server.KubeconfigText());
        return new SandboxInProcess(server, kubeconfig);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
