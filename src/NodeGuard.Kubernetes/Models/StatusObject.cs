namespace NodeGuard.Kubernetes.Models;

/// <summary>metav1.Status: what the server answers instead of an object.</summary>
public sealed class StatusObject : WireObject
{
    public string? Kind { get; set; }

    /// <summary>Success or Failure.</summary>
    public string? Status { get; set; }

    public string? Message { get; set; }

    public string? Reason { get; set; }

    public int? Code { get; set; }

    public StatusDetails? Details { get; set; }
}

public sealed class StatusDetails : WireObject
{
    public List<StatusCause>? Causes { get; set; }

    public int? RetryAfterSeconds { get; set; }
}

public sealed class StatusCause : WireObject
{
    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? Field { get; set; }
}
