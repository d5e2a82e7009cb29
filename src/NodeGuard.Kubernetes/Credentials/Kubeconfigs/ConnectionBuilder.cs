using System.Net;

namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>One context of a kubeconfig to a connection.</summary>
/// <param name="files">All that were read, for messages.</param>
internal sealed class ConnectionBuilder(Kubeconfig config, string files, ConnectionRequest request, ConnectionSurroundings surroundings)
{
    public ConnectionResult Build()
    {
        var (chosen, problem) = Choose();
        if (problem is not null)
            return new ConnectionResult.Failed(problem);
        var (cluster, user, context) = chosen!;
        var origin = context is null ? $"cluster '{cluster.Name}' of {cluster.File}" : $"context '{context.Name}' of {context.File}";
        var (connection, wrong) = Connect(cluster, user, context, origin);
        return wrong is null ? new ConnectionResult.Ready(connection!) : new ConnectionResult.Failed($"{origin}: {wrong}");
    }

    private Outcome<ClusterConnection> Connect(ClusterEntry cluster, UserEntry user, ContextEntry? context, string origin)
    {
        var (server, badServer) = Server(cluster, user);
        if (badServer is not null)
            return Outcome<ClusterConnection>.Failed(badServer);
        var (proxy, badProxy) = Proxy(cluster);
        if (badProxy is not null)
            return Outcome<ClusterConnection>.Failed(badProxy);
        if (cluster.SkipTlsVerify && (cluster.AuthorityPath is not null || cluster.AuthorityData is not null))
            return Outcome<ClusterConnection>.Failed(
                $"{cluster.Key("insecure-skip-tls-verify")}: stands beside a certificate-authority, which it would make worthless; remove one of them");
        var (headers, badHeaders) = ImpersonationHeaders.Of(user.Impersonation, request);
        if (badHeaders is not null)
            return Outcome<ClusterConnection>.Failed(badHeaders);
        var (credentials, badUser) = new UserCredentials(cluster, user, surroundings).Build(server!);
        if (badUser is not null)
            return Outcome<ClusterConnection>.Failed(badUser);
        WarnOfOpenWays(cluster, user, server!, origin);
        return new ClusterConnection
        {
            Server = server!,
            Origin = origin,
            Credentials = credentials!,
            TlsServerName = cluster.TlsServerName,
            OwnAuthorities = cluster.AuthorityData is not null || cluster.AuthorityPath is not null,
            SkipTlsVerify = cluster.SkipTlsVerify,
            Proxy = proxy?.Value,
            Namespace = context?.Namespace ?? string.Empty,
            Headers = headers!,
        };
    }

    private void WarnOfOpenWays(ClusterEntry cluster, UserEntry user, Uri server, string origin)
    {
        if (cluster.SkipTlsVerify)
            surroundings.Notice($"warning: {origin}: insecure-skip-tls-verify is true: whoever is on the way to {server.Authority} can read and change everything");
        if (server.Scheme == Uri.UriSchemeHttp && UserCredentials.HasAny(user))
            surroundings.Notice($"warning: {origin}: {server.Authority} is reached without TLS, so the user's credentials are not sent");
        if (user.HasPassword)
            surroundings.Notice($"warning: {user.Key("password")}: is not sent; API servers take no passwords");
    }

    private Outcome<Choice> Choose()
    {
        var name = request.Context ?? config.CurrentContext;
        ContextEntry? context = null;
        if (name is not null && !config.Contexts.TryGetValue(name, out context))
            return Outcome<Choice>.Failed($"{files}: there is no context '{name}'; {Known("contexts", config.Contexts.Keys)}");
        if (context is null && request.Cluster is null)
            return Outcome<Choice>.Failed($"{files}: current-context is not set; name one with --context; {Known("contexts", config.Contexts.Keys)}");
        var place = context is null ? files : $"{context.File}: context '{context.Name}'";
        if ((request.Cluster ?? context?.Cluster) is not { } clusterName)
            return Outcome<Choice>.Failed($"{place}: names no cluster; {Known("clusters", config.Clusters.Keys)}");
        if (!config.Clusters.TryGetValue(clusterName, out var cluster))
            return Outcome<Choice>.Failed($"{place}: there is no cluster '{clusterName}'; {Known("clusters", config.Clusters.Keys)}");
        if ((request.User ?? context?.User) is not { } userName)
            return new Choice(cluster, new UserEntry(place, string.Empty), context);
        return config.Users.TryGetValue(userName, out var user)
            ? new Choice(cluster, user, context)
            : Outcome<Choice>.Failed($"{place}: there is no user '{userName}'; {Known("users", config.Users.Keys)}");
    }

    private static string Known(string what, IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToList();
        var more = all.Count > 10 ? $" and {all.Count - 10} more" : string.Empty;
        return all.Count == 0 ? $"it has no {what}" : $"its {what}: {string.Join(", ", all.Take(10))}{more}";
    }

    private static Outcome<Uri> Server(ClusterEntry cluster, UserEntry user)
    {
        if (cluster.Server is null)
            return Outcome<Uri>.Failed($"{cluster.Key("server")}: is missing; wanted the API server's URL");
        var tls = cluster.AuthorityData is not null || cluster.AuthorityPath is not null || cluster.SkipTlsVerify || user.CertificateData is not null || user.CertificatePath is not null;
        var text = cluster.Server.Contains("://", StringComparison.Ordinal) ? cluster.Server : $"{(tls ? "https" : "http")}://{cluster.Server}";
        var good = Uri.TryCreate(text, UriKind.Absolute, out var server) && server.Scheme is "https" or "http" && server.Host.Length > 0
            && server.Query.Length == 0 && server.UserInfo.Length == 0;
        return good
            ? server!
            : Outcome<Uri>.Failed($"{cluster.Key("server")}: is no URL of a server; wanted one such as https://192.0.2.1:6443, without user and query");
    }

    private static Outcome<ProxyBox> Proxy(ClusterEntry cluster)
    {
        if (cluster.ProxyUrl is not { } url)
            return new ProxyBox(null);
        return ProxyAddress.TryParse(url.Reveal(), out var address)
            ? new ProxyBox(ProxyAddress.ToProxy(address))
            : Outcome<ProxyBox>.Failed($"{cluster.Key("proxy-url")}: is no URL of a proxy; wanted {ProxyAddress.Allowed}");
    }

    private sealed record Choice(ClusterEntry Cluster, UserEntry User, ContextEntry? Context);

    private sealed record ProxyBox(IWebProxy? Value);
}
