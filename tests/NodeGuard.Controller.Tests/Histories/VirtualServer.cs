using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Resources;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Simulation.Nodes;
using NodeGuard.Sandbox.Store;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>
/// The sandbox's API server, kubelets, controllers, providers and agents on a virtual clock: all of it but the network. Nothing
/// runs in the background, and chance is seeded: the same history is the same run.
/// </summary>
internal sealed class VirtualServer
{
    private const string Token = "virtual";
    private const int KeptWrites = 512;
    private static readonly ClusterCertificates Certificates = new();
    private static readonly string[] Definitions =
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "crds"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(static file => YamlBody.Documents(File.ReadAllText(file))[0].ToJsonString()),
    ];

    private readonly VirtualWorld _world;
    private readonly VirtualProcess _process;
    private readonly ClusterSimulation _simulation;
    private readonly MachineSimulation _machines;
    private readonly ClusterSemantics _semantics;
    private readonly ApiHandler _handler;
    private VirtualWorld.Due? _next;
    private bool _asked;

    public VirtualServer(VirtualWorld world, int seed, IReadOnlyList<PoolSpec> pools)
    {
        _world = world;
        _process = new VirtualProcess(world);
        Cluster = new Cluster(_process.Clock, new ObjectStore(KeptWrites)) { Chance = new Random(seed) };
        BuiltIns.AddTo(Cluster);
        InitialObjects.AddTo(Cluster);
        // Heartbeats are most of what a cluster writes, and nothing here is decided by them.
        _simulation = new ClusterSimulation(Cluster, new KubeletSettings { Heartbeat = TimeSpan.FromHours(1) }, Complaints.Add);
        var authentication = new Authentication(Certificates);
        authentication.AddToken(Token, new UserInfo("admin", ["system:masters", "system:authenticated"]));
        _semantics = new ClusterSemantics(Cluster, authentication);
        _handler = new ApiHandler(Cluster, authentication, CancellationToken.None) { ConnectionClock = _process.Clock };
        _machines = new MachineSimulation(Cluster, Complaints.Add);
        foreach (string definition in Definitions)
            Create("apiextensions.k8s.io", "v1", "customresourcedefinitions", (JsonObject)JsonNode.Parse(definition)!);
        _semantics.RunToRest();
        foreach (PoolSpec pool in pools)
            _machines.AddPool(pool);
        RunDue();
        Cluster.Store.Committed += _ => RunSoon();
    }

    public Cluster Cluster { get; }

    public TimeProvider Clock => _process.Clock;

    /// <summary>What the simulation could not handle.</summary>
    public List<string> Complaints { get; } = [];

    public void Create(string group, string version, string plural, JsonObject value)
    {
        ResourceInfo resource = Cluster.Resources.Get(group, version, plural);
        string @namespace = resource.Namespaced ? (string?)value["metadata"]!["namespace"] ?? "default" : "";
        ApiResult made = Cluster.Write.Create(
            new ApiRequest { Verb = "create", Resource = resource, Namespace = @namespace, User = new UserInfo("admin", ["system:masters"]) },
            value);
        if (!made.Succeeded)
            throw new InvalidOperationException(made.Status!.Message);
    }

    /// <summary>Answers a request; a watch goes on until <paramref name="aborted"/>.</summary>
    public (int Code, WireStream Body, bool Ended, string? Type) Serve(HttpRequestMessage message, CancellationToken aborted)
    {
        var context = new DefaultHttpContext();
        var wire = new WireStream();
        Fill(context.Request, message);
        context.Response.Body = wire;
        context.RequestAborted = aborted;
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_process);
        try
        {
            Task served = HandleAsync(context, wire);
            return (context.Response.StatusCode, wire, served.IsCompleted, context.Response.ContentType);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private async Task HandleAsync(DefaultHttpContext context, WireStream wire)
    {
        await _handler.HandleAsync(context);
        await context.Response.BodyWriter.FlushAsync();
        wire.End();
    }

    private static void Fill(HttpRequest request, HttpRequestMessage message)
    {
        request.Method = message.Method.Method;
        request.Path = Uri.UnescapeDataString(message.RequestUri!.AbsolutePath);
        request.QueryString = new QueryString(message.RequestUri.Query);
        foreach ((string name, IEnumerable<string> values) in message.Headers)
            request.Headers[name] = values.ToArray();
        request.Headers.Authorization = $"Bearer {Token}";
        if (message.Content is not { } content)
            return;
        request.ContentType = content.Headers.ContentType?.ToString();
        request.ContentLength = content.Headers.ContentLength;
        request.Body = content.ReadAsStream();
    }

    private void RunSoon()
    {
        if (_asked)
            return;
        _asked = true;
        _world.Enqueue(RunDue);
    }

    private void RunDue()
    {
        _asked = false;
        TimeSpan? next;
        long before;
        do
        {
            before = Cluster.Store.Revision;
            TimeSpan? ofCluster = _simulation.RunDue();
            TimeSpan? ofMachines = _machines.RunDue();
            _semantics.RunToRest();
            next = ofCluster <= ofMachines ? ofCluster : ofMachines ?? ofCluster;
        }
        while (Cluster.Store.Revision != before);

        if (_next is { } armed)
            armed.Cancelled = true;
        _next = next is { } pause ? _world.After(pause, RunDue) : null;
    }
}
