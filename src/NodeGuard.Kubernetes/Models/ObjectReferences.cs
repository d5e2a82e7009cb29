namespace NodeGuard.Kubernetes.Models;

/// <summary>A pointer to any object, as events and claims carry it.</summary>
public sealed class ObjectReference : WireObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public string? Namespace { get; set; }

    public string? Name { get; set; }

    public string? Uid { get; set; }

    public string? ResourceVersion { get; set; }

    public string? FieldPath { get; set; }
}

/// <summary>A pointer to an object of the same namespace.</summary>
public sealed class LocalObjectReference : WireObject
{
    public string? Name { get; set; }
}
