namespace NodeGuard.Kubernetes.Credentials;

/// <summary>Which cluster, and as whom; the names are kubectl's flags. Null: what the kubeconfig says.</summary>
public sealed record ConnectionRequest(
    string? Kubeconfig = null,
    string? Context = null,
    string? Cluster = null,
    string? User = null,
    string? As = null,
    IReadOnlyList<string>? AsGroups = null);

/// <summary>What the world around gives to it.</summary>
public sealed record ConnectionSurroundings
{
    /// <summary>Where a pod finds its own account.</summary>
    public const string AccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Environment variables.</summary>
    public required Func<string, string?> Variable { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Receives, line by line, what a person should see: warnings, and what a login plugin says.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>A person can answer a login plugin there.</summary>
    public bool StandardInputIsTerminal { get; init; }

    public string ServiceAccountDirectory { get; init; } = AccountDirectory;

    /// <summary>Of this process.</summary>
    public static ConnectionSurroundings OfProcess(Action<string> notice) => new()
    {
        Variable = Environment.GetEnvironmentVariable,
        Notice = notice,
        StandardInputIsTerminal = !Console.IsInputRedirected,
    };
}

public abstract record ConnectionResult
{
    private ConnectionResult()
    {
    }

    public sealed record Ready(ClusterConnection Connection) : ConnectionResult;

    /// <param name="Message">Names the file, the context and the key, and what to do. Never a secret.</param>
    public sealed record Failed(string Message) : ConnectionResult;
}
