using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Hosting.Loops;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Agent.Cluster;

/// <summary>Connects as the configuration says, does what is asked of this host, and reports, turn by turn.</summary>
internal sealed class ClusterConnectionLoop(
    AgentOptions options, IRouteGuard guard, OperationExecutor operations, ILoggerFactory loggers, TimeProvider time, IImageDrift? drift = null)
{
    private static readonly TimeSpan FactsAge = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = loggers.CreateLogger("cluster");
    private HostFacts? _facts;
    private long _factsMark;

    /// <summary>Holds what the fleet wants held; without it nothing is.</summary>
    public IHostedHold? Hold { get; init; }

    /// <summary>Knows what is pending; without it nothing is told of that.</summary>
    public IPendingUpdates? Pending { get; init; }

    /// <exception cref="InvalidOperationException">There are no credentials, or they are not well made; the runner tries again.</exception>
    public async Task RunAsync(LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        ClusterOptions cluster = options.Cluster!;
        ConnectionResult connected = ClusterConnector.Connect(
            new ConnectionRequest(cluster.Kubeconfig), ConnectionSurroundings.OfProcess(notice => ClusterLog.Notice(_log, notice)));
        if (connected is not ConnectionResult.Ready { Connection: var connection })
        {
            throw new InvalidOperationException(((ConnectionResult.Failed)connected).Message);
        }

        using var client = new KubeClient(connection, KubeClientOptions.For("agent"), time);
        using var metrics = new CacheMetrics();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ResourceCache<GuardedNode, GuardedNode> own = OwnGuardedNode.Cache(client, cluster.Node, metrics, time, _log);
        // One watch of one object: what is asked of this host is known at once, and asks the server for nothing meanwhile.
        Task follow = own.RunAsync(ending.Token);
        try
        {
            await TurnsAsync(new ClusterReporter(client, cluster.Node, View, time, _log), own, heartbeat, cancellation);
        }
        finally
        {
            await ending.CancelAsync();
            await follow.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TurnsAsync(ClusterReporter reporter, ResourceCache<GuardedNode, GuardedNode> own, LoopHeartbeat heartbeat, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            if (own.Current?.TryGet(new ObjectName(string.Empty, options.Cluster!.Node), out GuardedNode? guarded) == true)
            {
                Hold?.FleetWishes(guarded.Spec?.Hold == true);
                OperationStatus? before = operations.Status;
                await operations.TurnAsync(guarded.Spec?.Operation, guarded.Status?.Operation, guarded.Status?.BootId, Facts().BootId, cancellation);
                // A reboot that is done asks for none any more, and is told together with that.
                if (!ReferenceEquals(operations.Status, before))
                {
                    _facts = null;
                }
            }

            heartbeat.Beat();
            await reporter.TurnAsync(cancellation);
            heartbeat.Beat();
            await Task.Delay(ReportPace.Turn, time, cancellation);
        }
    }

    private AgentView View() => new(
        guard.Status, guard.Episodes, Facts(), options.Routes.Harden.ToString().ToLowerInvariant(), AgentHost.Version, operations.Status, drift?.Latest)
    {
        Hold = Hold?.Latest,
        Pending = Pending?.Latest,
    };

    private HostFacts Facts()
    {
        if (_facts is null || time.GetElapsedTime(_factsMark) >= FactsAge)
        {
            _facts = HostFacts.Read(options.ProcRoot, options.Cluster!.HostRoot);
            _factsMark = time.GetTimestamp();
        }

        return _facts;
    }
}
