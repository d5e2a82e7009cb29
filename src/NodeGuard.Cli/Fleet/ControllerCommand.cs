using System.CommandLine;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Logging;
using NodeGuard.Cli.Help;
using NodeGuard.Cli.Kubernetes;
using NodeGuard.Controller;
using NodeGuard.Controller.Hosting;
using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Election;
using NodeGuard.Kubernetes.Events;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Cli.Fleet;

/// <summary>`nodeguard controller`: keeps the fleet until told to stop.</summary>
internal static class ControllerCommand
{
    private const string LeaseName = "nodeguard-controller";
    private const string Reporter = "nodeguard.io/controller";

    public static Command Create(CliContext context)
    {
        var cluster = new Kubernetes.ClusterOptions();
        var @namespace = new Option<string>("--namespace", "-n")
        {
            Description = "where the lease is that one of several controllers leads by",
            HelpName = "name",
            DefaultValueFactory = static _ => FleetKeys.SystemNamespace,
        };
        var lease = new Option<int>("--lease-duration")
        {
            Description = "after how many seconds without a word from its leader another one takes over",
            HelpName = "seconds",
            DefaultValueFactory = static _ => (int)new LeaseTimes().LeaseDuration.TotalSeconds,
        };
        lease.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 300)
                result.AddError("--lease-duration must be from 2 to 300 seconds");
        });
        var command = new GuidedCommand(
            "controller",
            "Recycle the fleet's nodes as its NodePolicies say, until told to stop. Several may run: one leads.",
            [new("nodeguard controller", "in a pod, with its own account"), new("nodeguard controller --kubeconfig admin.yaml -n default", "from a desk")],
            [new(ExitCodes.Ok, "stopped as asked"), new(ExitCodes.Failed, "it could not start; the message says why"), CommonExits.Usage])
        { @namespace, lease };
        cluster.AddTo(command);
        command.SetAction((parsed, cancellation) => context.TryReach(cluster.Read(parsed), out ClusterAnswer.Access? access)
            ? RunAsync(access, parsed.GetValue(@namespace)!, TimesOf(parsed.GetValue(lease)), context.Console.Time, cancellation)
            : Task.FromResult(ExitCodes.Failed));
        return command;
    }

    private static async Task<int> RunAsync(ClusterAnswer.Access access, string @namespace, LeaseTimes lease, TimeProvider time, CancellationToken stop)
    {
        using AgentLoggerFactory loggers = AgentLoggerFactory.ToStandardError(new LogOptions { Level = LogLevel.Information, Format = LogFormat.Text });
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
        using var metrics = new CacheMetrics();
        using var eventMetrics = new EventMetrics();
        using var events = new EventRecorder(
            access.Api, new EventRecorderOptions(Reporter, Environment.MachineName), eventMetrics, time, loggers.CreateLogger("events"));
        var controller = new FleetController(
            access.Api, access.Drain, http, new ControllerOptions(), metrics, time, loggers.CreateLogger("controller"),
            (recycle, phase, message) => events.Record(Event(recycle, phase, message)));
        using var elector = new LeaderElector(
            access.Api, new LeaderElectionOptions { Lease = new ObjectName(@namespace, LeaseName), Times = lease }, BoottimeClock.Instance, loggers.CreateLogger("election"));
        Task follow = Task.WhenAll(controller.FollowAsync(stop), events.RunAsync(stop));
        await elector.RunAsync(controller.LeadAsync, stop);
        await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCodes.Ok;
    }

    // In the proportions of client-go's.
    private static LeaseTimes TimesOf(int seconds)
    {
        var duration = TimeSpan.FromSeconds(seconds);
        return new LeaseTimes { LeaseDuration = duration, RenewDeadline = duration * 2 / 3, RetryPeriod = duration * 2 / 15 };
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
