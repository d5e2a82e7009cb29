namespace NodeGuard.Kubernetes.Models;

/// <summary>An event of events.k8s.io/v1.</summary>
public sealed class Event : KubeObject
{
    public MicroTime? EventTime { get; set; }

    public EventSeries? Series { get; set; }

    public string? ReportingController { get; set; }

    public string? ReportingInstance { get; set; }

    public string? Action { get; set; }

    public string? Reason { get; set; }

    public ObjectReference? Regarding { get; set; }

    public ObjectReference? Related { get; set; }

    /// <summary>At most 1 kB.</summary>
    public string? Note { get; set; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; set; }
}

public sealed class EventSeries : WireObject
{
    public int Count { get; set; }

    public MicroTime? LastObservedTime { get; set; }
}
