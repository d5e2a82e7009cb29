namespace NodeGuard.Kubernetes.Models;

/// <summary>An object of any kind: all but its metadata is in <see cref="WireObject.Unknown"/>.</summary>
public sealed class UntypedObject : KubeObject;
