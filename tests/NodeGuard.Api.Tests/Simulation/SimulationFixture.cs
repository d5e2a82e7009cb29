using System.Text.Json.Nodes;
using NodeGuard.Api.Tests.Harness;
using NodeGuard.Api.Tests.Kubectl;
using NodeGuard.Sandbox.Hosting;
using Xunit;

namespace NodeGuard.Api.Tests.Simulation;

/// <summary>
/// A cluster with controllers and a scheduler: those of the server of NODEGUARD_TEST_KUBECONFIG, with the harness's kubelet;
/// else the sandbox's simulated ones.
/// </summary>
public sealed class SimulationFixture : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nodeguard-simulation-").FullName;
    private readonly List<string> _made = [];
    private SandboxHost? _sandbox;
    private TestKubelet? _kubelet;
    private string _kubeconfig = "";

    public RawApi Api { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("NODEGUARD_TEST_KUBECONFIG") is { Length: > 0 } given)
        {
            _kubeconfig = given;
            Api = RawApi.FromKubeconfig(given);
            _kubelet = new TestKubelet(Api);
            return;
        }

        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Nodes = 0 }, static _ => { });
        _kubeconfig = Path.Combine(_directory, "kubeconfig");
        Sandbox.Http.Kubeconfig.Write(_kubeconfig, _sandbox.Server.KubeconfigText());
        Api = RawApi.FromKubeconfig(_kubeconfig);
    }

    /// <summary>A namespace, and two nodes that only its pods are for, by the label <see cref="Stage.Label"/>.</summary>
    public async Task<Stage> NewStageAsync()
    {
        string name = $"stage-{Guid.NewGuid().ToString("N")[..8]}";
        _made.Add($"/api/v1/namespaces/{name}");
        await Api.CreateAsync("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        string[] nodes = [$"{name}-a", $"{name}-b"];
        foreach (string node in nodes)
        {
            _made.Add($"/api/v1/nodes/{node}");
            _made.Add($"/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{node}");
            JsonObject made = TestObjects.Node(node, new JsonObject { [Stage.Label] = name });
            if (_sandbox is not null)
            {
                // Here the simulation's kubelets look after it, not the harness's.
                made["metadata"]!.AsObject().Remove("annotations");
            }

            await Api.CreateAsync("/api/v1/nodes", made);
        }

        return new Stage(Api, new KubectlRunner(_kubeconfig, name), name, nodes);
    }

    public async Task DisposeAsync()
    {
        if (_kubelet is not null)
        {
            foreach (string path in _made)
            {
                await Api.DeleteAsync(path);
            }

            await _kubelet.DisposeAsync();
        }

        Api.Dispose();
        if (_sandbox is not null)
        {
            await _sandbox.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}

/// <summary>Where one test plays.</summary>
public sealed record Stage(RawApi Api, KubectlRunner Kubectl, string Namespace, IReadOnlyList<string> Nodes)
{
    public const string Label = "nodeguard-tests/stage";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public string Path(string resource, string group = "apis/apps/v1") => $"/{group}/namespaces/{Namespace}/{resource}";

    /// <summary>Runs kubectl, which must succeed.</summary>
    public async Task<string> RunAsync(string? input, params string[] arguments)
    {
        KubectlRun run = await Kubectl.RunAsync(input, arguments);
        return run.ExitCode == 0
            ? run.Output
            : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Errors}{run.Output}");
    }

    /// <summary>Polls an object until it is so.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (true)
        {
            RawAnswer answer = await Api.GetAsync(path);
            if (answer.Body is { } body && answer.Code == 200 && condition(body))
            {
                return body;
            }

            if (deadline.IsCancellationRequested)
            {
                throw new TimeoutException($"{path} has not become so: {answer.Text}");
            }

            await Task.Delay(100);
        }
    }
}
