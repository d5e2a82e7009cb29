namespace NodeGuard.Kubernetes.Credentials.Kubeconfigs;

/// <summary>What one file, or several merged, say. Paths are absolute; where two files name the same, the first stands.</summary>
internal sealed class Kubeconfig
{
    public string? CurrentContext { get; set; }

    public Dictionary<string, ClusterEntry> Clusters { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, UserEntry> Users { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ContextEntry> Contexts { get; } = new(StringComparer.Ordinal);

    public bool IsEmpty => CurrentContext is null && Clusters.Count == 0 && Users.Count == 0 && Contexts.Count == 0;
}

/// <param name="File">Where it stands, for messages.</param>
internal sealed record ContextEntry(string File, string Name, string? Cluster, string? User, string? Namespace);

/// <param name="ProxyUrl">May hold a password.</param>
/// <param name="ExecConfig">What <c>provideClusterInfo</c> hands to a plugin.</param>
internal sealed record ClusterEntry(
    string File,
    string Name,
    string? Server,
    string? TlsServerName,
    bool SkipTlsVerify,
    string? AuthorityPath,
    byte[]? AuthorityData,
    Secret? ProxyUrl,
    bool DisableCompression,
    YamlNode? ExecConfig)
{
    public string Key(string key) => $"{File}: clusters[{Name}].cluster.{key}";
}

internal sealed record UserEntry(string File, string Name)
{
    public string? CertificatePath { get; init; }

    public byte[]? CertificateData { get; init; }

    public string? KeyPath { get; init; }

    public byte[]? KeyData { get; init; }

    public Secret? Token { get; init; }

    public string? TokenFile { get; init; }

    public bool HasPassword { get; init; }

    /// <summary>The name of a built-in login that kubectl had once, such as "gcp".</summary>
    public string? AuthProvider { get; init; }

    public ExecEntry? Exec { get; init; }

    public Impersonation Impersonation { get; init; } = Impersonation.None;

    public string Key(string key) => $"{File}: users[{Name}].user.{key}";
}

internal sealed record Impersonation(
    string? User, string? Uid, IReadOnlyList<string> Groups, IReadOnlyList<KeyValuePair<string, string>> Extra)
{
    public static Impersonation None { get; } = new(null, null, [], []);
}

internal enum ExecInteraction
{
    IfAvailable,
    Never,
    Always,
}

/// <param name="Place">File and key, for messages.</param>
/// <param name="Command">An absolute path, or a name to be found in PATH.</param>
internal sealed record ExecEntry(
    string Place,
    string ApiVersion,
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<KeyValuePair<string, Secret>> Environment,
    string? InstallHint,
    bool ProvideClusterInfo,
    ExecInteraction Interaction);
