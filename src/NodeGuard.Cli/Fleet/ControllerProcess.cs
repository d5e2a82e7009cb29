using System.Net;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Logging;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Controller;
using NodeGuard.Controller.Hosting;
using NodeGuard.Controller.Metrics;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Hosting.Http;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Events;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet;

/// <summary>The controller with its election, events, metrics and probes.</summary>
/// <param name="namespace">Of the lease.</param>
/// <param name="lease">How long each leads without a word.</param>
/// <param name="listen">Where metrics and probes answer; null: nowhere.</param>
internal sealed class ControllerProcess(ClusterAnswer.Access access, string @namespace, LeaseTimes lease, IPEndPoint? listen, TimeProvider time)
{
    private const string LeaseName = "nodeguard-controller";
    private const string Reporter = "nodeguard.io/controller";
    private const int MaxConnections = 64;

    private static readonly TimeSpan ServeDeadline = 3 * Beat.Interval;

    /// <summary>Until told to stop, or until the work breaks.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using AgentLoggerFactory loggers = AgentLoggerFactory.ToStandardError(new LogOptions { Level = LogLevel.Information, Format = LogFormat.Text });
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        using var exposition = new PrometheusExposition();
        using var own = new ControllerMetrics(exposition, AgentHost.Version);
        using var metrics = new CacheMetrics(exposition);
        using var eventMetrics = new EventMetrics(exposition);
        using var process = new ProcessMeter(exposition);
        using var events = new EventRecorder(
            access.Api, new EventRecorderOptions(Reporter, Environment.MachineName), eventMetrics, time, loggers.CreateLogger("events"));
        var loops = new LoopHeartbeats(TimeProvider.System);
        var controller = new FleetController(
            access.Api, access.Drain, http, new ControllerOptions(), metrics, time, loggers.CreateLogger("controller"),
            (recycle, phase, message) => events.Record(Event(recycle, phase, message)), new ControllerVitals(own, loops));
        using var elector = new LeaderElector(
            access.Api, new LeaderElectionOptions { Lease = new ObjectName(@namespace, LeaseName), Times = lease }, BoottimeClock.Instance, loggers.CreateLogger("election"));
        ServeLoop? serve = Serve(exposition, loops, controller, elector, loggers);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task beside = Task.WhenAll(
            controller.FollowAsync(ending.Token), events.RunAsync(ending.Token), serve?.RunAsync(loops.Register("http", ServeDeadline), ending.Token) ?? Task.CompletedTask);
        try
        {
            await elector.RunAsync(controller.LeadAsync, stop);
        }
        finally
        {
            await ending.CancelAsync();
            await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ServeLoop? Serve(
        PrometheusExposition exposition, LoopHeartbeats loops, FleetController controller, LeaderElector elector, ILoggerFactory loggers)
    {
        if (listen is null)
            return null;
        var dependencies = new DependencyChecks(TimeProvider.System);
        dependencies.Add("API server", token => ControllerDependencies.AskServerAsync(access.Api, token));
        dependencies.Add("election", _ => Task.FromResult(ControllerDependencies.Election(elector.Status)));
        var api = new ObserverApi(exposition, loops, () => controller.Readiness, dependencies);
        return new ServeLoop("metrics and probes", listen, MaxConnections, api.HandleAsync, loggers, TimeProvider.System);
    }

    private static EventText Event(NodeRecycle recycle, RecyclePhase phase, string message) => new(
        new ObjectReference
        {
            ApiVersion = FleetKeys.ApiVersion,
            Kind = "NodeRecycle",
            Name = recycle.Metadata.Name,
            Uid = recycle.Metadata.Uid,
        },
        phase.ToString(), "Recycle", message, IsWarning: phase == RecyclePhase.Failed,
        new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = recycle.Spec?.NodeName, Uid = recycle.Status?.Node?.Uid });
}
