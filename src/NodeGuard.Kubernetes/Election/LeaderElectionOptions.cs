namespace NodeGuard.Kubernetes.Election;

/// <summary>Which lease is competed for, and as who.</summary>
public sealed record LeaderElectionOptions
{
    public required ObjectName Lease { get; init; }

    /// <summary>What <c>kubectl get lease</c> shows as holder. Never the same for two processes, nor for one and its restart.</summary>
    public string Identity { get; init; } = $"{Environment.MachineName}_{Guid.NewGuid():N}";

    public LeaseTimes Times { get; init; } = new();
}
