using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Hosting;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;

namespace NodeGuard.Agent.Cluster;

/// <summary>Connects as the configuration says, and reports turn by turn.</summary>
internal sealed class ClusterConnectionLoop(AgentOptions options, IRouteGuard guard, ILoggerFactory loggers, TimeProvider time)
{
    private static readonly TimeSpan FactsAge = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = loggers.CreateLogger("cluster");
    private HostFacts? _facts;
    private long _factsMark;

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
        var reporter = new ClusterReporter(client, cluster.Node, View, time, _log);
        while (!cancellation.IsCancellationRequested)
        {
            heartbeat.Beat();
            await reporter.TurnAsync(cancellation);
            heartbeat.Beat();
            await Task.Delay(ReportPace.Turn, time, cancellation);
        }
    }

    private AgentView View() => new(guard.Status, guard.Episodes, Facts(), options.Routes.Harden.ToString().ToLowerInvariant(), AgentHost.Version);

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
