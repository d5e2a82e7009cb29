using System.Diagnostics.CodeAnalysis;
using NodeGuard.Cli.Terminal;
using NodeGuard.Kubernetes.Client;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Draining;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>The cluster that this process's flags, environment and files name.</summary>
internal static class ProcessCluster
{
    // A person waits for the answer, and a drain is hundreds of calls; the server's own priorities hold back what is too much.
    private static readonly KubeClientOptions Pace = KubeClientOptions.For("cli") with { PerSecond = 200, Burst = 400 };

    [SuppressMessage("Reliability", "CA2000", Justification = "The client lasts as long as the process.")]
    public static ClusterAnswer Reach(ClusterRequest request, CliConsole console)
    {
        var asked = new ConnectionRequest(request.Kubeconfig, request.Context, request.Cluster, request.User, request.As, request.AsGroups);
        var found = ClusterConnector.Connect(asked, ConnectionSurroundings.OfProcess(console.WriteNote));
        if (found is not ConnectionResult.Ready { Connection: var connection })
            return new ClusterAnswer.None(((ConnectionResult.Failed)found).Message);
        if (SystemAuthorities.AreNeedless(connection, Environment.GetEnvironmentVariable))
            SystemAuthorities.LeaveOut();
        var client = new KubeClient(connection, Pace, console.Time);
        return new ClusterAnswer.Access(client, new NodeDrain(client, console.Time));
    }
}
