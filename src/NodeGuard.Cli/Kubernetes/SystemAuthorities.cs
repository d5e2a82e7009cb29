using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Linux.Processes;

namespace NodeGuard.Cli.Kubernetes;

/// <summary>
/// Before its first certificate .NET reads all of the system's authorities, some hundred files, also where a cluster's own
/// authority is the only one that is trusted: a tenth of a second and more of every command.
/// </summary>
internal static class SystemAuthorities
{
    /// <summary>Whether this process needs none of them: the server's authority is named, and no proxy stands before it.</summary>
    public static bool AreNeedless(ClusterConnection connection, Func<string, string?> variable) =>
        connection is { OwnAuthorities: true, Proxy: null } && new EnvironmentProxy(variable).IsBypassed(connection.Server);

    /// <summary>For the rest of this process; programs that it starts have the environment as it was.</summary>
    public static void LeaveOut()
    {
        LibraryEnvironment.Set("SSL_CERT_FILE", "/dev/null");
        LibraryEnvironment.Set("SSL_CERT_DIR", "/dev/null");
    }
}
