using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Controller;
using NodeGuard.Controller.Hosting;
using NodeGuard.Controller.Metrics;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Sandbox.Hosting;
using NodeGuard.Sandbox.Simulation.Machines;

namespace NodeGuard.Testing.Fleet;

/// <summary>A simulated cluster in fast time with the controller's real code, over HTTPS, in this process.</summary>
internal sealed class FleetStage : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly UnhurriedClock? _unhurried;
    private readonly SandboxHost _sandbox;
    private readonly string _directory;
    private static readonly LeaseTimes Lease = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(2),
        RenewDeadline = TimeSpan.FromSeconds(1.5),
        RetryPeriod = TimeSpan.FromSeconds(0.3),
    };

    private readonly List<StageController> _controllers = [];
    private readonly HttpClient _http = new();

    private FleetStage(UnhurriedClock? unhurried, SandboxHost sandbox, string directory, KubeClient api)
    {
        _unhurried = unhurried;
        _sandbox = sandbox;
        _directory = directory;
        Api = api;
    }

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    /// <summary>The test's own way to the server.</summary>
    public KubeClient Api { get; private set; }

    /// <summary>Of all controllers.</summary>
    public StageLog Log { get; } = new();

    public TimeProvider Clock => _sandbox.Cluster.Clock;

    public SandboxHost Sandbox => _sandbox;

    /// <summary>By the simulated clock.</summary>
    public DateTimeOffset StartedAt { get; private init; }

    public static Task<FleetStage> StartAsync(double speed, params PoolSpec[] pools) => StartAsync(speed, [], pools);

    /// <param name="manifests">Files with workloads.</param>
    /// <param name="hurried">On the machine's own clock: so many times as fast, whether or not the machine keeps up.</param>
    public static async Task<FleetStage> StartAsync(double speed, IReadOnlyList<string> manifests, PoolSpec[] pools, bool hurried = false)
    {
        FleetStage stage = await StartBareAsync(speed, manifests, pools, hurried);
        await stage.InstallAsync();
        return stage;
    }

    /// <summary>Without NodeGuard's kinds.</summary>
    public static Task<FleetStage> StartBareAsync(double speed, params PoolSpec[] pools) => StartBareAsync(speed, [], pools, hurried: false);

    private static async Task<FleetStage> StartBareAsync(double speed, IReadOnlyList<string> manifests, PoolSpec[] pools, bool hurried)
    {
        string directory = Directory.CreateTempSubdirectory("nodeguard-fleet-").FullName;
        UnhurriedClock? unhurried = hurried ? null : new UnhurriedClock();
        SandboxHost sandbox = await SandboxHost.StartAsync(
            new SandboxOptions
            {
                Nodes = 0,
                Pools = pools,
                Speed = speed,
                Manifests = manifests,
            },
            static _ => { },
            unhurried);
        string kubeconfig = Path.Combine(directory, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, sandbox.Server.KubeconfigText());
        return new FleetStage(unhurried, sandbox, directory, Connect(kubeconfig)) { StartedAt = sandbox.Cluster.Clock.GetUtcNow() };
    }

    /// <summary>Starts one more controller; one of them leads, and a lead that is lost is taken over within two seconds.</summary>
    /// <param name="clock">The controller's own; null for the cluster's.</param>
    /// <param name="wrote">Gets each object that it has replaced, before it goes on.</param>
    /// <param name="vitals">What it shows of itself; null when the test does not look.</param>
    public StageController StartController(TimeProvider? clock = null, Func<KubeObject, Task>? wrote = null, ControllerVitals? vitals = null)
    {
        // A process of its own has connections of its own: what becomes of them is nobody else's trouble.
        KubeClient client = Connect(Kubeconfig);
        var api = new CutOffApi(client, wrote);
        TimeProvider time = clock ?? Clock;
        var controller = new FleetController(
            api, new NodeDrain(api, time), _http, new ControllerOptions(), new CacheMetrics(), time, Log, vitals: vitals);
        var elector = new LeaderElector(
            api,
            new LeaderElectionOptions { Lease = new ObjectName("default", "controller"), Times = Lease },
            BoottimeClock.Instance, NullLogger.Instance);
        var started = new StageController(client, api, stop => Task.WhenAll(ToldAsync(controller.FollowAsync(stop), stop), ToldAsync(elector.RunAsync(controller.LeadAsync, stop), stop)));
        _controllers.Add(started);
        return started;
    }

    // As a process would with its exit: a test that waits for a controller that has died would not know why.
    private async Task ToldAsync(Task work, CancellationToken stop)
    {
        try
        {
            await work;
        }
        catch (Exception failed) when (!stop.IsCancellationRequested)
        {
            Log.Log(LogLevel.Critical, failed, "the controller has ended by itself");
            throw;
        }
    }

    public async Task<NodePolicy> PolicyAsync(string name, Action<NodePolicySpec> change)
    {
        var policy = new NodePolicy { Metadata = new ObjectMeta { Name = name }, Spec = new NodePolicySpec { NodeSelector = new LabelSelector() } };
        change(policy.Spec);
        return Value(await Api.CreateAsync(ResourceTypes.NodePolicies, policy, WriteOptions.Default, default));
    }

    public async Task<NodeRecycle> RequestAsync(string node, Action<NodeRecycleSpec>? change = null)
    {
        var recycle = new NodeRecycle
        {
            Metadata = new ObjectMeta { GenerateName = "by-hand-" },
            Spec = new NodeRecycleSpec { NodeName = node, Reasons = [nameof(RecycleReason.Manual)], RequestedBy = "a test" },
        };
        change?.Invoke(recycle.Spec);
        return Value(await Api.CreateAsync(ResourceTypes.NodeRecycles, recycle, WriteOptions.Default, default));
    }

    public async Task<IReadOnlyList<T>> AllAsync<T>(ResourceType<T> type)
        where T : KubeObject
    {
        var (all, _, failure) = await PagedList.ReadAsync(Api, type, new ListQuery(), default);
        if (failure is { Kind: ApiFailureKind.Timeout })
        {
            // Of tens of thousands of lists in a row one is not answered: a trace of the frames (.NET 10.0.12) shows that the sandbox's
            // handler begins, and that Kestrel sends no frame of the stream, whose predecessor ended in the moment of a WINDOW_UPDATE.
            // The same connection answers the next one. Real API servers are not Kestrel; a test judges the next answer.
            Log.Log(LogLevel.Warning, "{Problem}; asked again over a new connection", failure.Message);
            Api.Dispose();
            Api = Connect(Kubeconfig);
            (all, _, failure) = await PagedList.ReadAsync(Api, type, new ListQuery(), default);
        }

        return failure is null ? all : throw new InvalidOperationException(failure.ToString());
    }

    public async Task<T> GetAsync<T>(ResourceType<T> type, string name)
        where T : KubeObject =>
        Value(await Api.GetAsync(type, new ObjectName(string.Empty, name), default));

    public async Task CancelAsync(string recycle) => Value(await Api.PatchAsync(
        ResourceTypes.NodeRecycles, new ObjectName(string.Empty, recycle), Merge("{\"spec\":{\"cancel\":true}}"), subresource: null, WriteOptions.Default, default));

    /// <param name="patch">A JSON merge patch.</param>
    public async Task ChangePolicyAsync(string name, string patch) => Value(await Api.PatchAsync(
        ResourceTypes.NodePolicies, new ObjectName(string.Empty, name), Merge(patch), subresource: null, WriteOptions.Default, default));

    /// <summary>The controller makes the GuardedNode, the simulated agent writes it.</summary>
    public Task UntilAgentAsync(string node) => UntilAsync(
        async () => (await AllAsync(ResourceTypes.GuardedNodes)).Any(guarded => guarded.Metadata.Name == node && guarded.Status?.Heartbeat is not null),
        $"the agent of node {node} has not written");

    public Task UntilNoSlotAsync() => UntilAsync(
        async () => !(await AllAsync(ResourceTypes.Fleets)).Any(static fleet => fleet.Status?.Slots is { Count: > 0 }), "a slot was not given back");

    public async Task UntilAsync(Func<Task<bool>> condition, string problem)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        while (!await condition())
            await PauseAsync(deadline, problem);
    }

    public Task<NodePolicy> UntilFrozenAsync(string policy) =>
        UntilAsync(ResourceTypes.NodePolicies, policy, static seen => seen.Status?.Freeze is not null);

    /// <summary>Polls, for as long as a slow machine may need.</summary>
    public Task<NodeRecycle> UntilAsync(string recycle, Func<NodeRecycle, bool> condition) =>
        UntilAsync(ResourceTypes.NodeRecycles, recycle, condition);

    public async Task<T> UntilAsync<T>(ResourceType<T> type, string name, Func<T, bool> condition)
        where T : KubeObject
    {
        T? last = null;
        DateTime deadline = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < deadline)
        {
            last = await GetAsync(type, name);
            if (condition(last))
                return last;
            await Task.Delay(20);
        }

        throw new TimeoutException($"{type.Kind} {name} has not come there; it is {(last is null ? "nothing" : JsonSerializer.Serialize(last, type.Json))}\n{Log}");
    }

    public Task<NodeRecycle> UntilPhaseAsync(string recycle, RecyclePhase phase) =>
        UntilAsync(recycle, seen => seen.Status?.Phase == phase.ToString());

    public static T Value<T>(ApiResult<T> result) => result is ApiResult<T>.Ok ok
        ? ok.Value
        : throw new InvalidOperationException(((ApiResult<T>.Failed)result).Failure.ToString());

    private async Task PauseAsync(DateTime deadline, string problem)
    {
        if (DateTime.UtcNow > deadline)
            throw new TimeoutException($"{problem}\n{Log}");
        await Task.Delay(20);
    }

    private static Patch Merge(string body) => new(PatchKind.Merge, System.Text.Encoding.UTF8.GetBytes(body));

    public async Task StopControllersAsync()
    {
        foreach (StageController controller in _controllers)
            await controller.StopAsync();
        _controllers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await StopControllersAsync();
        Api.Dispose();
        _http.Dispose();
        await _sandbox.DisposeAsync();
        _unhurried?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <param name="change">From the text of each CustomResourceDefinition to what is applied; null for as it is.</param>
    public async Task InstallAsync(Func<string, string>? change = null)
    {
        var definitions = ResourceTypes.Untyped("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", namespaced: false);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml"))
        {
            // nodeguard.io_fleets.yaml has fleets.nodeguard.io
            string[] name = Path.GetFileNameWithoutExtension(file).Split('_');
            string text = await File.ReadAllTextAsync(file);
            var patch = new Patch(PatchKind.Apply, System.Text.Encoding.UTF8.GetBytes(change is null ? text : change(text)));
            Value(await Api.PatchAsync(
                definitions, new ObjectName(string.Empty, $"{name[1]}.{name[0]}"), patch, subresource: null, new WriteOptions("tests", Force: true), default));
        }

        foreach (Func<Task> list in (Func<Task>[])[() => AllAsync(ResourceTypes.Fleets), () => AllAsync(ResourceTypes.NodePolicies), () => AllAsync(ResourceTypes.NodeRecycles)])
            await ServedAsync(list);
    }

    private static async Task ServedAsync(Func<Task> list)
    {
        DateTime deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                await list();
                return;
            }
            catch (InvalidOperationException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(20);
            }
        }
    }

    private static KubeClient Connect(string kubeconfig)
    {
        ConnectionResult result = ClusterConnector.Connect(
            new ConnectionRequest(kubeconfig), new ConnectionSurroundings { Variable = static _ => null, Notice = static _ => { } });
        // The simulation runs fast, and so does the client.
        return new KubeClient(
            ((ConnectionResult.Ready)result).Connection, KubeClientOptions.For("controller") with { PerSecond = 0 }, TimeProvider.System);
    }
}
