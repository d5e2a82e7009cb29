using System.Diagnostics.CodeAnalysis;

namespace NodeGuard.Kubernetes.Models;

/// <summary>One page of a list.</summary>
public sealed class KubeList<T>
    where T : KubeObject
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ListMeta Metadata { get; set; } = new();

    /// <summary>Written as null by Go when a list made elsewhere is empty.</summary>
    [AllowNull]
    public List<T> Items { get; set => field = value ?? []; } = [];
}

/// <summary>metadata of a list; <see cref="Continue"/> is not empty while there are more pages.</summary>
public sealed class ListMeta : WireObject
{
    public string? ResourceVersion { get; set; }

    public string? Continue { get; set; }

    public long? RemainingItemCount { get; set; }
}
