using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Crds;
using NodeGuard.Sandbox.Housekeeping;
using NodeGuard.Sandbox.Resources;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Simulation.Nodes;
using Shouldly;

namespace NodeGuard.Sandbox.Tests.Simulation.Machines;

/// <summary>A cluster with machine pools, whose clock stands until a test steps it.</summary>
internal sealed class ProviderCluster : IAsyncDisposable
{
    /// <summary>Whom the tests write as: admission lets the providers do what others may not.</summary>
    private static readonly UserInfo Person = new("person", ["system:masters", "system:authenticated"]);

    private readonly ClusterSimulation _nodes;
    private readonly HousekeepingLoop _housekeeping;
    private readonly List<string> _said = [];

    public ProviderCluster(params PoolSpec[] pools)
    {
        Cluster = new Cluster(Clock);
        BuiltIns.AddTo(Cluster);
        Cluster.Resources.Add(CrdServing.Definitions(Cluster));
        _housekeeping = new HousekeepingLoop(Cluster, new CrdServing(Cluster), new GarbageCollector(Cluster));
        InitialObjects.AddTo(Cluster);
        _nodes = new ClusterSimulation(Cluster, say: _said.Add);
        Machines = new MachineSimulation(Cluster, _said.Add);
        foreach (PoolSpec pool in pools)
        {
            Machines.AddPool(pool);
        }

        Settle();
    }

    /// <summary>One pool, and the GuardedNode of one of its nodes: its simulated agent has something to write to.</summary>
    public static ProviderCluster WithAgent(PoolSpec pool, string node)
    {
        var cluster = new ProviderCluster(pool);
        cluster.Create(new MachineResource("apiextensions.k8s.io", "v1", "customresourcedefinitions", ""), Objects.Parse(
            """
            {"metadata":{"name":"guardednodes.nodeguard.io"},"spec":{"group":"nodeguard.io","scope":"Cluster",
             "names":{"kind":"GuardedNode","listKind":"GuardedNodeList","plural":"guardednodes","singular":"guardednode"},
             "versions":[{"name":"v1alpha1","served":true,"storage":true,"subresources":{"status":{}},
              "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """));
        cluster.Create(MachineResources.GuardedNodes, Objects.Parse($$"""{"metadata":{"name":"{{node}}"},"spec":{} }"""));
        return cluster;
    }

    public SimulationClock Clock { get; } = new(TimeProvider.System, speed: 0);

    public Cluster Cluster { get; }

    public MachineSimulation Machines { get; }

    public JsonObject[] Nodes => All(MachineResources.Nodes);

    public JsonObject[] All(MachineResource resource) =>
        [.. Cluster.Store.Snapshot(resource.StorageKey).Objects().Select(item => item.Value)];

    public JsonObject? Find(MachineResource resource, string name) => Cluster.Store.Get(resource.StorageKey, resource.KeyOf(name))?.Value;

    public JsonObject Get(MachineResource resource, string name) => Find(resource, name).ShouldNotBeNull($"{resource.Kind} {name}");

    public JsonObject Node(string name) => Get(MachineResources.Nodes, name);

    public static bool IsReady(JsonObject node) => node.Condition("Ready").Text("status") == "True";

    public JsonObject Create(MachineResource resource, JsonObject item)
    {
        ApiResult result = Cluster.Write.Create(Request(resource, item.Name(), "create"), item);
        result.Succeeded.ShouldBeTrue(result.Status?.Message);
        Settle();
        return result.Object!;
    }

    public void Edit(MachineResource resource, string name, Action<JsonObject> edit, string subresource = "")
    {
        ApiResult result = Cluster.Write.Update(Request(resource, name, "update") with { Subresource = subresource }, current =>
        {
            JsonObject changed = current.Copy();
            edit(changed);
            return changed;
        });
        result.Succeeded.ShouldBeTrue(result.Status?.Message);
        Settle();
    }

    public void Annotate(MachineResource resource, string name, string annotation, string value) =>
        Edit(resource, name, item => item.Ensure("metadata", "annotations")[annotation] = value);

    /// <summary>Sets the faults of a pool or a node.</summary>
    public void Fault(MachineResource resource, string name, string faults) => Annotate(resource, name, SandboxAnnotations.Faults, faults);

    public ApiResult TryDelete(MachineResource resource, string name)
    {
        ApiResult result = Cluster.Write.Delete(Request(resource, name, "delete"), new DeleteOptions());
        Settle();
        return result;
    }

    public void Delete(MachineResource resource, string name) => TryDelete(resource, name).Code.ShouldBe(200);

    /// <summary>A pod on a node, with the labels app=NAME.</summary>
    public void Pod(string name, string node)
    {
        JsonObject pod = Objects.Pod(name, labels: $$"""{"app":"{{name}}"}""");
        pod["spec"]!["nodeName"] = node;
        Create(new MachineResource("", "v1", "pods", "Pod", "default"), pod);
    }

    public void Settle()
    {
        long before;
        do
        {
            before = Cluster.Store.Revision;
            Machines.RunDue();
            _nodes.RunDue();
            _housekeeping.RunToRest();
        }
        while (Cluster.Store.Revision != before);
    }

    /// <summary>Steps from one thing that is due to the next until the time has passed.</summary>
    public void Advance(TimeSpan time)
    {
        long end = Clock.GetTimestamp() + time.Ticks;
        while (true)
        {
            Settle();
            TimeSpan[] due = [.. new[] { Machines.RunDue(), _nodes.RunDue() }.OfType<TimeSpan>()];
            if (due.Length == 0 || Clock.GetTimestamp() + due.Min().Ticks > end)
            {
                break;
            }

            Clock.Advance(due.Min() > TimeSpan.Zero ? due.Min() : TimeSpan.FromTicks(1));
        }

        Clock.Advance(TimeSpan.FromTicks(Math.Max(0, end - Clock.GetTimestamp())));
        Settle();
    }

    public void Advance(int seconds) => Advance(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        await Machines.DisposeAsync();
        await _nodes.DisposeAsync();
        await _housekeeping.DisposeAsync();
        Clock.Dispose();
        _said.ShouldBeEmpty();
    }

    private ApiRequest Request(MachineResource resource, string name, string verb) => new()
    {
        Verb = verb,
        Resource = resource.In(Cluster).ShouldNotBeNull(resource.StorageKey),
        Namespace = resource.Namespace,
        Name = name,
        User = Person,
    };
}
