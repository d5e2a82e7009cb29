using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

public sealed class AgentStatus : WireObject
{
    /// <summary>Its version.</summary>
    public string? Version { get; set; }

    /// <summary>Whether it restores or only observes.</summary>
    public string? Mode { get; set; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; set; }
}

public sealed class ImageStatus : WireObject
{
    /// <summary>IMAGE_ID.</summary>
    public string? Id { get; set; }

    /// <summary>IMAGE_VERSION.</summary>
    public string? Version { get; set; }
}

public sealed class NetworkdStatus : WireObject
{
    /// <summary>The version of systemd.</summary>
    public string? Version { get; set; }

    /// <summary>The state of the unit, such as active.</summary>
    public string? State { get; set; }

    /// <summary>What keeps networkd from deleting foreign objects.</summary>
    public string? Prevention { get; set; }
}

public sealed class RoutesStatus : WireObject
{
    /// <summary>How they are together.</summary>
    [Words(typeof(RouteState))]
    public string? State { get; set; }

    /// <summary>Objects that should exist.</summary>
    public int? Guarded { get; set; }

    /// <summary>Those of them that do not.</summary>
    public int? Missing { get; set; }

    /// <summary>Those that cannot be restored.</summary>
    public int? NotRestorable { get; set; }
}

public sealed class EpisodesStatus : WireObject
{
    /// <summary>Since the agent was installed.</summary>
    public long? Total { get; set; }

    /// <summary>The newest one.</summary>
    public EpisodeStatus? Last { get; set; }
}

public sealed class EpisodeStatus : WireObject
{
    /// <summary>Its name in the agent's log.</summary>
    public string? Id { get; set; }

    /// <summary>When the first deletion was seen.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When everything that can be restored was back; absent while it runs.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>What led to it.</summary>
    public string? Cause { get; set; }

    /// <summary>Objects that were deleted.</summary>
    public int? Lost { get; set; }

    /// <summary>Objects that are back.</summary>
    public int? Restored { get; set; }

    /// <summary>Objects that cannot be restored.</summary>
    public int? NotRestorable { get; set; }

    /// <summary>The longest time that an object was gone, as a duration.</summary>
    public string? LongestGap { get; set; }
}

public sealed class SilenceStatus : WireObject
{
    /// <summary>The last write before it.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>The first write after it.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Flushes in between.</summary>
    public long? Episodes { get; set; }
}

public sealed class DriftStatus : WireObject
{
    /// <summary>Whether it differs.</summary>
    [Words(typeof(DriftState))]
    public string? State { get; set; }

    /// <summary>In what it differs.</summary>
    public string? Message { get; set; }
}

public sealed class OperationStatus : WireObject
{
    /// <summary>The id in the spec.</summary>
    public string? Id { get; set; }

    /// <summary>How far it is.</summary>
    [Words(typeof(OperationState))]
    public string? State { get; set; }

    /// <summary>The same in a sentence.</summary>
    public string? Message { get; set; }

    /// <summary>Of an update that has ended: whether it changed any package; absent when that is not known.</summary>
    public bool? Changed { get; set; }

    /// <summary>After an update: whether the node asks for a reboot; absent when that is not known.</summary>
    public bool? RebootRequired { get; set; }
}
