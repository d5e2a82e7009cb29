using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

/// <summary>A package in one version.</summary>
public sealed class PackageVersionText : WireObject
{
    /// <summary>So many in one list: what is left comes with the next update.</summary>
    public const int Most = 200;

    /// <summary>The package with its architecture, as in bash:amd64.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 253)]
    public string? Name { get; set; }

    /// <summary>The version.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 253)]
    public string? Version { get; set; }

    /// <summary>It is, or was, in a security archive; only told of what is pending.</summary>
    public bool? Security { get; set; }
}

public sealed class NodeUpdatesStatus : WireObject
{
    /// <summary>Whether units that install updates by themselves wait for a permit.</summary>
    [Words(typeof(UpdateHold))]
    public string? Hold { get; set; }

    /// <summary>Packages that are to change, without those that something keeps back; absent when that is not known.</summary>
    public int? Pending { get; set; }

    /// <summary>Those of them with a newer version in a security archive.</summary>
    public int? Security { get; set; }

    /// <summary>The packages, those of security archives first, then by name; cut off after 200.</summary>
    [Bounds(Max = PackageVersionText.Most)]
    public List<PackageVersionText>? Packages { get; set; }

    /// <summary>The package manager broke off: nothing is installed before it is repaired. Absent where it did not, or that is not known.</summary>
    public bool? Interrupted { get; set; }

    /// <summary>Why it is not known what is pending, or why nothing can be installed now.</summary>
    public string? Problem { get; set; }

    /// <summary>Whether updating would have networkd delete what the node needs.</summary>
    [Words(typeof(HazardState))]
    public string? Hazard { get; set; }

    /// <summary>The same in a sentence.</summary>
    public string? HazardMessage { get; set; }

    /// <summary>When the lists of packages were fetched that this is told from.</summary>
    public DateTimeOffset? ListsFrom { get; set; }
}
