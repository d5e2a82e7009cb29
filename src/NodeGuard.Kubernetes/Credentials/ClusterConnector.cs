using NodeGuard.Kubernetes.Credentials.Kubeconfigs;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>
/// From what a person or a pod has to a connection: the kubeconfig of the flag; else those of KUBECONFIG; else
/// ~/.kube/config; else the pod's own account. Nothing is sent here.
/// </summary>
public static class ClusterConnector
{
    public static ConnectionResult Connect(ConnectionRequest request, ConnectionSurroundings surroundings)
    {
        var (paths, required) = KubeconfigFiles.Find(request.Kubeconfig, surroundings.Variable);
        var (config, problem) = KubeconfigFiles.ReadAll(paths, required);
        if (problem is not null)
            return new ConnectionResult.Failed(problem);
        var asked = new ConnectionRequest(
            request.Kubeconfig, Given(request.Context), Given(request.Cluster), Given(request.User), Given(request.As), request.AsGroups);
        var names = asked.Context ?? asked.Cluster ?? asked.User;
        if (config!.IsEmpty && !required && names is null && InCluster.IsHere(surroundings))
            return InCluster.Connect(asked, surroundings);
        if (config.IsEmpty)
            return new ConnectionResult.Failed(Nothing(paths));
        return new ConnectionBuilder(config, string.Join(", ", paths), asked, surroundings).Build();
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string Nothing(IReadOnlyList<string> paths) =>
        (paths.Count == 0 ? "no kubeconfig: neither KUBECONFIG nor HOME is set" : $"no cluster in {string.Join(", ", paths)}: no such file, or an empty one")
        + "; name a file with --kubeconfig or KUBECONFIG";
}
