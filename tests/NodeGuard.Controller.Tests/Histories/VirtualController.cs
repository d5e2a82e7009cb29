using Microsoft.Extensions.Logging;
using NodeGuard.Controller.Hosting;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Draining;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>One controller of a history: the real code, in a process of its own.</summary>
internal sealed class VirtualController
{
    private static readonly LeaseTimes Times = new()
    {
        LeaseDuration = TimeSpan.FromSeconds(45),
        RenewDeadline = TimeSpan.FromSeconds(30),
        RetryPeriod = TimeSpan.FromSeconds(10),
    };

    private readonly VirtualTransport _transport;
    private readonly CancellationTokenSource _stop = new();
    private readonly CacheMetrics _cacheMetrics = new();

    /// <param name="name">Never given twice in one history.</param>
    public VirtualController(
        VirtualWorld world, VirtualServer server, string name, Random chance, HttpClient http, ILogger log, Action<string, string> deleting)
    {
        Process = new VirtualProcess(world);
        _transport = new VirtualTransport(server);
        Wire = new VirtualWire(VirtualTransport.Connect(_transport, Process.Clock), Process, chance, deleting);
        Process.Start(() =>
        {
            TimeProvider clock = Process.Clock;
            var controller = new FleetController(
                Wire, new NodeDrain(Wire, clock), http, new ControllerOptions { Random = chance.NextDouble, LongestPause = TimeSpan.FromSeconds(30) }, _cacheMetrics, clock, log);
            var elector = new LeaderElector(
                Wire, new LeaderElectionOptions { Lease = new ObjectName("default", "controller"), Identity = name, Times = Times },
                clock, log, chance.NextDouble);
            return Task.WhenAll(controller.FollowAsync(_stop.Token), elector.RunAsync(controller.LeadAsync, _stop.Token));
        });
    }

    public VirtualProcess Process { get; }

    public VirtualWire Wire { get; }

    /// <summary>As under SIGKILL: nothing of it runs any more, and its connections break.</summary>
    public void Kill()
    {
        Process.Kill();
        _transport.Abort();
        // The runtime keeps every meter, and with it the caches that are measured, until it is disposed of.
        _cacheMetrics.Dispose();
    }

    /// <summary>What it has open breaks off; it connects again.</summary>
    public void Reset() => _transport.Abort();
}
