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
    private readonly MachineEndpoint _webhook;
    private readonly FaultEndpoint _endpoint;
    private readonly RequestCounts _requests = new();

    private SandboxHost(
        SimulationClock clock, DataDirectory? data, ClusterSimulation simulation, MachineSimulation machines, MachineEndpoint webhook,
        FaultInjector faults, FaultEndpoint endpoint, SandboxServer server)
    {
        _clock = clock;
        _data = data;
        _simulation = simulation;
        _machines = machines;
        _webhook = webhook;
        _endpoint = endpoint;
        Faults = faults;
        Server = server;
        server.Middleware = ServeAsync;
    }

    public SandboxServer Server { get; }

    public Cluster Cluster => Server.Cluster;

    /// <summary>Where the webhook provider listens by plain HTTP; null when no pool has it.</summary>
    public string? WebhookUrl => _webhook.Url;

    /// <summary>Switches faults from within the process.</summary>
    public FaultInjector Faults { get; }

    /// <param name="options">What it starts with.</param>
    /// <param name="say">Gets remarks for a person.</param>
    /// <param name="real">The clock that the simulated one follows; null for the machine's.</param>
    /// <exception cref="SandboxException">An option names something that is not usable; the message says what to do.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, Action<string> say, TimeProvider? real = null)
    {
        var clock = new SimulationClock(real ?? TimeProvider.System, options.Speed);
        var cluster = new Cluster(clock);
        BuiltIns.AddTo(cluster);
        DataDirectory? data = options.Data is { } directory ? DataDirectory.Open(directory, cluster.Store, say) : null;
        InitialObjects.AddTo(cluster);
        var simulation = new ClusterSimulation(cluster, KubeletsOf(options), say);
        bool isNew = FirstObjects.AddNodes(cluster, options);
        var faults = new FaultInjector(cluster.Store, TimeProvider.System, Random.Shared);
        var endpoint = new FaultEndpoint(cluster, clock, faults);
        Apply(options.Faults.Where(fault => !FaultEndpoint.IsOfMachines(fault)), endpoint);

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
        var webhook = new MachineEndpoint(machines, clock);
        var host = new SandboxHost(clock, data, simulation, machines, webhook, faults, endpoint, server);
        try
        {
            // Nobody knows the address yet: the first request finds nodes that are ready, and pods that are on their way.
            await host.StartMachinesAsync(options);
            FirstObjects.AddManifests(cluster, options, isNew, say);
            simulation.RunDue();
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }

        simulation.Start();
        machines.Start();
        return host;
    }

    /// <summary>Adds a fault or does a deed; what is wrong with the text, or nothing.</summary>
    public string Apply(string fault) => _endpoint.Apply(fault);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _webhook.DisposeAsync();
        await _machines.DisposeAsync();
        await _simulation.DisposeAsync();
        if (_data is not null)
        {
            await _data.DisposeAsync();
        }

        _clock.Dispose();
    }

    private static void Apply(IEnumerable<string> faults, FaultEndpoint endpoint)
    {
        foreach (string fault in faults)
        {
            if (endpoint.Apply(fault) is { Length: > 0 } problem)
            {
                throw new SandboxException(problem);
            }
        }
    }

    private async Task StartMachinesAsync(SandboxOptions options)
    {
        try
        {
            foreach (PoolSpec pool in options.Pools)
            {
                _machines.AddPool(pool);
            }

            if (options.Pools.Any(pool => pool.Provider == PoolProvider.Webhook))
            {
                await _webhook.ListenAsync(options.WebhookPort);
            }
        }
        catch (Exception broken) when (broken is InvalidOperationException or IOException)
        {
            throw new SandboxException(broken.Message, broken);
        }

        _machines.RunDue();
        _simulation.RunDue();
        Apply(options.Faults.Where(FaultEndpoint.IsOfMachines), _endpoint);
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

        if (MachineEndpoint.Serves(context.Request.Path))
        {
            // Its requests are signed; a provider knows nothing of the cluster's tokens.
            await _webhook.HandleAsync(context);
            return;
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
