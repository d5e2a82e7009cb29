namespace NodeGuard.Kubernetes.Models;

/// <summary>metav1.DeleteOptions, the body of a DELETE.</summary>
public sealed class DeleteOptions
{
    public string ApiVersion { get; set; } = "v1";

    public string Kind { get; set; } = "DeleteOptions";

    public long? GracePeriodSeconds { get; set; }

    public Preconditions? Preconditions { get; set; }

    public string? PropagationPolicy { get; set; }

    public List<string>? DryRun { get; set; }
}

public sealed class Preconditions
{
    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }
}

/// <summary>policy/v1 Eviction, the body of a POST to <c>pods/NAME/eviction</c>.</summary>
public sealed class Eviction
{
    public string ApiVersion { get; set; } = "policy/v1";

    public string Kind { get; set; } = "Eviction";

    public ObjectMeta Metadata { get; set; } = new();

    public DeleteOptions? DeleteOptions { get; set; }
}
