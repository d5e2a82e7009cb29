using NodeGuard.Core.Fleet;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Core.Fleet.Updates;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Kubernetes.Caching;
using NodeGuard.Kubernetes.Models.Fleet;

namespace NodeGuard.Controller.Observing;

/// <summary>What the controller keeps of a GuardedNode: the agent's word of its node.</summary>
public sealed record SeenAgent
{
    public required string Node { get; init; }

    /// <summary>The Node that the object is owned by; empty for none.</summary>
    public string NodeUid { get; init; } = string.Empty;

    /// <summary>Null: no agent has ever written.</summary>
    public DateTimeOffset? Heartbeat { get; init; }

    public string BootId { get; init; } = string.Empty;

    public string? Image { get; init; }

    public DriftState Drift { get; init; }

    public bool? RebootRequired { get; init; }

    public RouteState? Routes { get; init; }

    /// <summary>The packages that are to change; null while that is not known.</summary>
    public PendingSet? Pending { get; init; }

    /// <summary>The package manager broke off.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Unknown, also where the agent has never told.</summary>
    public HazardState Hazard { get; init; }

    /// <summary>The agent knows of hazards: it is no older one.</summary>
    public bool TellsHazard { get; init; }

    public string HazardReason { get; init; } = string.Empty;

    /// <summary>What the controller has asked of the units that install updates; null for nothing.</summary>
    public bool? AskedHold { get; init; }

    /// <summary>What the agent was asked to do last; empty for nothing.</summary>
    public string AskedOperation { get; init; } = string.Empty;

    /// <summary>The kind of that, as it was written; empty for nothing.</summary>
    public string AskedKind { get; init; } = string.Empty;

    public OperationStatus? Operation { get; init; }

    public EpisodeStatus? LastEpisode { get; init; }

    /// <summary>Differs when something differs that is decided upon; heartbeats do not. A hint: two states may share one.</summary>
    public int Hint => HashCode.Combine(
        NodeUid, Heartbeat is null, (BootId, Image, Drift, RebootRequired, Routes), (Pending?.Key, Interrupted, Hazard, HazardReason, AskedHold), AskedOperation,
        Operation?.State, Operation?.Message, LastEpisode?.Id);

    /// <summary>
    /// Its word is of this node and of the boot that runs: what was told of an earlier node of the name, or before the machine started
    /// again, says nothing of it. The kubelet and the agent read the same boot id; who has not told one yet is believed.
    /// </summary>
    public bool SpeaksOf(SeenNode node) => NodeUid == node.Uid && (BootId == node.BootId || BootId.Length == 0 || node.BootId.Length == 0);

    public static SeenAgent Of(GuardedNode guarded, StringPool pool) => new()
    {
        Node = guarded.Metadata.Name ?? string.Empty,
        NodeUid = guarded.Metadata.OwnerReferences?.Find(static owner => owner.Kind == "Node")?.Uid ?? string.Empty,
        Heartbeat = guarded.Status?.Heartbeat,
        BootId = guarded.Status?.BootId ?? string.Empty,
        Image = guarded.Status?.Image?.Version is { Length: > 0 } image ? pool.Share(image) : null,
        Drift = WireWord.Read<DriftState>(guarded.Status?.Drift?.State) ?? DriftState.Unknown,
        RebootRequired = guarded.Status?.RebootRequired,
        Routes = WireWord.Read<RouteState>(guarded.Status?.Routes?.State),
        Pending = PendingReading.Of(guarded.Status?.Updates, pool),
        Interrupted = guarded.Status?.Updates?.Interrupted == true,
        Hazard = WireWord.Read<HazardState>(guarded.Status?.Updates?.Hazard) ?? HazardState.Unknown,
        TellsHazard = guarded.Status?.Updates?.Hazard is not null,
        HazardReason = pool.Share(guarded.Status?.Updates?.HazardMessage ?? string.Empty),
        AskedHold = guarded.Spec?.Hold,
        AskedOperation = guarded.Spec?.Operation?.Id ?? string.Empty,
        AskedKind = pool.Share(guarded.Spec?.Operation?.Kind ?? string.Empty),
        Operation = guarded.Status?.Operation,
        LastEpisode = guarded.Status?.Episodes?.Last,
    };
}
