using System.Net;

namespace NodeGuard.Kubernetes.Credentials;

/// <summary>How a server is reached: what a kubeconfig's context, or a pod's own account, says.</summary>
public sealed class ClusterConnection
{
    /// <summary>With the path under which the API stands, if it has one.</summary>
    public required Uri Server { get; init; }

    /// <summary>Where this came from, for messages: "context 'prod' of /home/me/.kube/config".</summary>
    public required string Origin { get; init; }

    public required ICredentialSource Credentials { get; init; }

    /// <summary>The name that the server's certificate must carry, when it is not that of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Whose signature the server's certificate must have is said along with the server: the system's authorities do not count.</summary>
    public bool OwnAuthorities { get; init; }

    /// <summary>Anybody on the way can read and change everything.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>Null: what the environment says, as <see cref="EnvironmentProxy"/> reads it.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The namespace of the context; empty when it names none.</summary>
    public string Namespace { get; init; } = string.Empty;

    /// <summary>Sent with every call: whom to impersonate.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public override string ToString() => $"{Origin} ({Server})";
}
