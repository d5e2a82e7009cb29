using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Faults;
using NodeGuard.Sandbox.Http;
using NodeGuard.Sandbox.Persistence;
using NodeGuard.Sandbox.Resources;
using NodeGuard.Sandbox.Simulation;
using NodeGuard.Sandbox.Simulation.Machines;
using NodeGuard.Sandbox.Simulation.Nodes;

namespace NodeGuard.Sandbox.Hosting;

/// <summary>A whole sandbox in one process: the API server, the simulated cluster behind it, faults, and its data.</summary>
public sealed class SandboxHost : IAsyncDisposable
{
    // Of the real clock's seconds.
    private const int LeaseRenewalsPerSecond = 200;

    private readonly SimulationClock _clock;
    private readonly DataDirectory? _data;
    private readonly ClusterSimulation _simulation;
    private readonly MachineSimulation _machines;
    private readonly FaultEndpoint _endpoint;
    private readonly RequestCounts _requests = new();

    private SandboxHost(
        SimulationClock clock, DataDirectory? data, ClusterSimulation simulation, MachineSimulation machines, FaultInjector faults, FaultEndpoint endpoint,
        SandboxServer server)
    {
        _clock = clock;
        _data = data;
        _simulation = simulation;
        _machines = machines;
        _endpoint = endpoint;
        Faults = faults;
        Server = server;
        server.Middleware = ServeAsync;
    }

    public SandboxServer Server { get; }

    public Cluster Cluster => Server.Cluster;

    /// <summary>Switches faults from within the process.</summary>
    public FaultInjector Faults { get; }

    /// <param name="options">What it starts with.</param>
    /// <param name="say">Gets remarks for a person.</param>
    /// <exception cref="SandboxException">An option names something that is not usable; the message says what to do.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, Action<string> say)
    {
        var clock = new SimulationClock(TimeProvider.System, options.Speed);
        var cluster = new Cluster(clock);
        BuiltIns.AddTo(cluster);
        DataDirectory? data = options.Data is { } directory ? DataDirectory.Open(directory, cluster.Store, say) : null;
        InitialObjects.AddTo(cluster);
        var simulation = new ClusterSimulation(cluster, KubeletsOf(options), say);
        FirstObjects.AddTo(cluster, options, say);
        var faults = new FaultInjector(cluster.Store, TimeProvider.System, Random.Shared);
        var endpoint = new FaultEndpoint(cluster, clock, faults);
        foreach (string fault in options.Faults)
        {
            if (endpoint.Apply(fault) is { Length: > 0 } problem)
            {
                throw new SandboxException(problem);
            }
        }

        // The first request finds nodes that are ready, and pods that are on their way.
        simulation.RunDue();
        SandboxServer server;
        try
        {
            server = await SandboxServer.StartAsync(cluster, options.Port);
        }
        catch (IOException taken)
        {
            throw new SandboxException($"port {options.Port} cannot be used: {taken.Message}; choose another with --port, or 0 for a free one");
        }

        var machines = new MachineSimulation(cluster, say);
        foreach (PoolSpec pool in options.Pools)
        {
            machines.AddPool(pool);
        }

        machines.RunDue();
        simulation.RunDue();
        simulation.Start();
        machines.Start();
        return new SandboxHost(clock, data, simulation, machines, faults, endpoint, server);
    }

    /// <summary>Adds a fault or does a deed; what is wrong with the text, or nothing.</summary>
    public string Apply(string fault) => _endpoint.Apply(fault);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _machines.DisposeAsync();
        await _simulation.DisposeAsync();
        if (_data is not null)
        {
            await _data.DisposeAsync();
        }

        _clock.Dispose();
    }

    // In fast time many kubelets would do nothing but renew leases.
    private static KubeletSettings KubeletsOf(SandboxOptions options)
    {
        double nodes = options.Nodes + options.Pools.Sum(pool => (double)pool.Count);
        var stretched = TimeSpan.FromSeconds(nodes * options.Speed / LeaseRenewalsPerSecond);
        return stretched > options.Kubelets.Heartbeat ? options.Kubelets with { Heartbeat = stretched } : options.Kubelets;
    }

    private async Task ServeAsync(HttpContext context, Func<Task> rest)
    {
        if (_clock.Skew != TimeSpan.Zero)
        {
            context.Response.Headers.Date = _clock.GetUtcNow().ToString("r", System.Globalization.CultureInfo.InvariantCulture);
        }

        Func<HttpContext, Task>? own = context.Request.Path.Value switch
        {
            FaultEndpoint.Path => _endpoint.HandleAsync,
            RequestCounts.Path => _requests.HandleAsync,
            _ => null,
        };
        if (own is null)
        {
            _requests.Count(context.Request);
            await Faults.InvokeAsync(context, rest);
            return;
        }

        string token = context.Request.Headers.Authorization.ToString() is var header && header.StartsWith("Bearer ", StringComparison.Ordinal)
            ? header["Bearer ".Length..]
            : "";
        if (Server.Authentication.UserOfToken(token)?.Groups.Contains("system:masters") != true)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync($"{context.Request.Path} is for members of system:masters: send the token of the kubeconfig\n");
            return;
        }

        await own(context);
    }
}
