using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using Xunit;

namespace NodeGuard.Api.Tests.Harness;

/// <summary>
/// The API server that the tests of the collection share: the one of NODEGUARD_TEST_KUBECONFIG; else a kube-apiserver
/// with etcd from KUBEBUILDER_ASSETS; else the sandbox in this process.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-api-").FullName;
    private readonly ConcurrentBag<string> _namespaces = [];
    private readonly ConcurrentBag<string> _nodes = [];
    private IAsyncDisposable? _server;
    private TestKubelet? _kubelet;

    /// <summary>The path of a kubeconfig for an administrator.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>Raw requests, for what a test prepares and checks.</summary>
    public RawApi Api { get; private set; } = null!;

    /// <summary>The sandbox's cluster, for tests of what only it has; null with a real server.</summary>
    public Cluster? Sandbox { get; private set; }

    /// <summary>NodeGuard's own kinds and rights, for tests that need them there.</summary>
    public FleetApi Fleet { get; private set; } = null!;

    public bool IsSandbox => Sandbox is not null;

    /// <summary>For files of the test's own; gone at the end.</summary>
    public string Scratch => _directory;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("NODEGUARD_TEST_KUBECONFIG") is { Length: > 0 } given)
        {
            Kubeconfig = given;
        }
        else if (Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } assets)
        {
            RealServer real = await RealServer.StartAsync(assets, _directory);
            (_server, Kubeconfig) = (real, real.Kubeconfig);
        }
        else
        {
            SandboxInProcess sandbox = await SandboxInProcess.StartAsync(_directory);
            (_server, Kubeconfig, Sandbox) = (sandbox, sandbox.Kubeconfig, sandbox.Cluster);
        }

        Api = RawApi.FromKubeconfig(Kubeconfig);
        _kubelet = new TestKubelet(Api);
        Fleet = new FleetApi(this);
    }

    /// <summary>A namespace of the test's own, with a default service account.</summary>
    public async Task<string> NewNamespaceAsync(string prefix = "test")
    {
        string name = $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
        _namespaces.Add(name);
        await Api.CreateAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        return name;
    }

    /// <summary>A node that is ready, with no kubelet but the harness's: pods bound to it run and end.</summary>
    public async Task<string> NewNodeAsync(string prefix = "node", JsonObject? labels = null)
    {
        string name = $"{prefix}-{Guid.NewGuid().ToString("N")[..8]}";
        _nodes.Add(name);
        await Api.CreateAsync("/api/v1/nodes", TestObjects.Node(name, labels));
        return name;
    }

    public async Task DisposeAsync()
    {
        if (_kubelet is not null)
        {
            // A server that stays must not keep what the tests made.
            if (_server is null)
                await CleanAsync();
            await _kubelet.DisposeAsync();
        }

        Api?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task CleanAsync()
    {
        await Fleet.RemoveAsync();
        var now = new JsonObject { ["gracePeriodSeconds"] = 0 };
        foreach (string name in _namespaces)
        {
            await Api.DeleteAsync($"/api/v1/namespaces/{name}/pods", now);
            await Api.DeleteAsync($"/api/v1/namespaces/{name}");
        }

        foreach (string name in _nodes)
        {
            await Api.DeleteAsync($"/api/v1/nodes/{name}");
            await Api.DeleteAsync($"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{name}");
        }
    }
}

[CollectionDefinition(Name)]
public sealed class ClusterTests : ICollectionFixture<ClusterFixture>
{
    public const string Name = "cluster";
}
