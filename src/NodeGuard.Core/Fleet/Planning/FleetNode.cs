using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Updates.Pending;

namespace NodeGuard.Core.Fleet.Planning;

/// <summary>A node as the API server and its agent tell it, as far as planning asks.</summary>
public sealed record FleetNode
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = LabelMatch.NoLabels;

    /// <summary>Empty when the node names none: it then counts for no zone.</summary>
    public string Zone { get; init; } = string.Empty;

    /// <summary>When the machine came; a registration that is made anew does not make it younger.</summary>
    public required DateTimeOffset BornAt { get; init; }

    /// <summary>The Ready condition is true. Unknown counts as not ready (Invariant 11).</summary>
    public bool Ready { get; init; } = true;

    /// <summary>Since when it has been ready; or not, when it is not.</summary>
    public DateTimeOffset ReadySince { get; init; }

    public bool Cordoned { get; init; }

    /// <summary>An admin's cordon, or one that nobody can account for; false when a recycle of ours set it.</summary>
    public bool CordonedByOthers { get; init; }

    /// <summary>The Node is being deleted, or an autoscaler or provisioner has marked it as going away; says who.</summary>
    public string? LeavingBecause { get; init; }

    /// <summary>An annotation asks to leave the node alone; says which.</summary>
    public string? ExcludedBy { get; init; }

    public bool IsControlPlane { get; init; }

    /// <summary>A member of the cluster's etcd runs on it.</summary>
    public bool IsEtcdMember { get; init; }

    /// <summary>The version of the image that its agent has found; null when nobody has told.</summary>
    public string? Image { get; init; }

    public DriftState Drift { get; init; }

    /// <summary>Null when nobody has told.</summary>
    public bool? RebootRequired { get; init; }

    /// <summary>The packages that are to change; null when nobody has told.</summary>
    public PendingSet? Pending { get; init; }

    /// <summary>Its package manager broke off, and installs nothing before it is repaired.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Whether installing them would have networkd delete what the node needs.</summary>
    public HazardState Hazard { get; init; }

    /// <summary>The same in a sentence; empty when nobody has told.</summary>
    public string HazardReason { get; init; } = string.Empty;

    /// <summary>A recycle of it failed; until then the fleet does not try again by itself.</summary>
    public DateTimeOffset? RestsUntil { get; init; }

    /// <summary>The agent reports lost routes that do not come back.</summary>
    public bool RoutesLost { get; init; }

    /// <summary>It takes pods, and will go on doing so.</summary>
    public bool IsAvailable => Ready && !Cordoned && LeavingBecause is null;
}
