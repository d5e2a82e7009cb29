using System.Text;
using NodeGuard.Kubernetes.Credentials.Kubeconfigs;
using NodeGuard.Kubernetes.Credentials.Material;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>A pod's own account: a token that the kubelet renews, and the cluster's authorities, which may rotate.</summary>
public static class InCluster
{
    private const string Host = "KUBERNETES_SERVICE_HOST";
    private const string Port = "KUBERNETES_SERVICE_PORT";
    private const string Origin = "the pod's own service account";

    /// <summary>This process runs in a pod that has an account.</summary>
    public static bool IsHere(ConnectionSurroundings surroundings) =>
        surroundings.Variable(Host) is { Length: > 0 } && surroundings.Variable(Port) is { Length: > 0 }
        && File.Exists(Path.Combine(surroundings.ServiceAccountDirectory, "token"));

    public static ConnectionResult Connect(ConnectionRequest request, ConnectionSurroundings surroundings)
    {
        var (headers, refused) = ImpersonationHeaders.Of(Impersonation.None, request);
        if (refused is not null)
            return new ConnectionResult.Failed(refused);
        if (Server(surroundings) is not { } server)
            return new ConnectionResult.Failed($"{Origin}: {Host} and {Port} are no address; the kubelet sets them in every pod");
        var credentials = Credentials(surroundings);
        if (credentials.Get() is CredentialResult.Failed { Message: var problem })
            return new ConnectionResult.Failed($"{problem}; is the pod's service account token mounted?");
        var (@namespace, _) = BoundedFile.Read(Path.Combine(surroundings.ServiceAccountDirectory, "namespace"));
        return new ConnectionResult.Ready(new ClusterConnection
        {
            Server = server,
            Origin = Origin,
            Credentials = credentials,
            OwnAuthorities = true,
            Namespace = Encoding.UTF8.GetString(@namespace ?? []).Trim(),
            Headers = headers!,
        });
    }

    private static MaterialCredentials Credentials(ConnectionSurroundings surroundings)
    {
        var token = Path.Combine(surroundings.ServiceAccountDirectory, "token");
        var authorities = Path.Combine(surroundings.ServiceAccountDirectory, "ca.crt");
        return new MaterialCredentials
        {
            Token = new([new ByteSource.InFile(Origin, token)], b => BearerToken.Parse(b[0], $"{Origin}: {token}"), surroundings.Time),
            Authorities = new(
                [new ByteSource.InFile(Origin, authorities)], b => Certificates.Authorities(b[0], $"{Origin}: {authorities}"), surroundings.Time),
        };
    }

    private static Uri? Server(ConnectionSurroundings surroundings)
    {
        var host = surroundings.Variable(Host) ?? string.Empty;
        var bracketed = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return Uri.TryCreate($"https://{bracketed}:{surroundings.Variable(Port)}/", UriKind.Absolute, out var server) ? server : null;
    }
}
