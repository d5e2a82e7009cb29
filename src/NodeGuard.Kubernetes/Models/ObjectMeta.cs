namespace NodeGuard.Kubernetes.Models;

/// <summary>metadata of an object.</summary>
public sealed class ObjectMeta : WireObject
{
    public string? Name { get; set; }

    public string? GenerateName { get; set; }

    public string? Namespace { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public long? Generation { get; set; }

    public DateTimeOffset? CreationTimestamp { get; set; }

    /// <summary>When the object will be gone at the latest: the time of the delete plus its grace.</summary>
    public DateTimeOffset? DeletionTimestamp { get; set; }

    public long? DeletionGracePeriodSeconds { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public Dictionary<string, string>? Annotations { get; set; }

    public List<OwnerReference>? OwnerReferences { get; set; }

    public List<string>? Finalizers { get; set; }
}

/// <summary>One entry of <c>metadata.ownerReferences</c>.</summary>
public sealed class OwnerReference : WireObject
{
    public string ApiVersion { get; set; } = string.Empty;

    public string Kind { get; set; } = string.Empty;

    public string Name { get; set; } = string.Empty;

    public string Uid { get; set; } = string.Empty;

    public bool? Controller { get; set; }

    public bool? BlockOwnerDeletion { get; set; }
}
