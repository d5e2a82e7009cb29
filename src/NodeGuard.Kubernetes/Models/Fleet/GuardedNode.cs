using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Guarded;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

/// <summary>One node: what its agent sees, and what the controller asks of it. It has the node's name, and goes with it.</summary>
[ShortName("gn")]
[Column("Routes", ".status.routes.state", Description = "How the foreign rules, routes and addresses are.")]
[Column("Networkd", ".status.networkd.state", Description = "How systemd-networkd is.")]
[Column("Image", ".status.image.version", Description = "The image that the node runs.")]
[Column("Heartbeat", ".status.heartbeat", Type = "date", Description = "How long ago the agent wrote.")]
[Column("Operation", ".status.operation.state", Priority = 1, Description = "How far the agent is with what it was asked to do.")]
[Column("Episodes", ".status.episodes.total", Type = "integer", Priority = 1, Description = "Flushes seen.")]
[Column("Pending", ".status.updates.pending", Type = "integer", Priority = 1, Description = "Packages that are to change.")]
[Column("Hazard", ".status.updates.hazard", Priority = 1, Description = "Whether updating them would cut the node off.")]
[Column("Drift", ".status.drift.state", Priority = 1, Description = "Whether the node is what its image made it.")]
[Column("Reboot", ".status.rebootRequired", Type = "boolean", Priority = 1, Description = "Whether the node asks for a reboot.")]
[Column("Agent", ".status.agent.version", Priority = 1, Description = "The version of the agent.")]
[Column("Age", ".metadata.creationTimestamp", Type = "date")]
public sealed class GuardedNode : KubeObject
{
    /// <summary>What the controller asks of the agent.</summary>
    public GuardedNodeSpec? Spec { get; set; }

    /// <summary>What the agent sees.</summary>
    public GuardedNodeStatus? Status { get; set; }
}

public sealed class GuardedNodeSpec : WireObject
{
    /// <summary>Units that install updates by themselves are held, unless the agent's own configuration says off; where this is absent, as that configuration says.</summary>
    public bool? Hold { get; set; }

    /// <summary>What the agent is to do, once.</summary>
    public GuardedOperation? Operation { get; set; }
}

[Rule("self.kind != 'Update' || (has(self.packages) && self.packages.size() > 0) || (has(self.repair) && self.repair)", "an update must name packages: nothing is installed that nobody has named")]
public sealed class GuardedOperation : WireObject
{
    /// <summary>An operation is done once for each id.</summary>
    [MustBeSet]
    [Bounds(Min = 1, Max = 128)]
    public string? Id { get; set; }

    /// <summary>What is to be done.</summary>
    [MustBeSet]
    [Words(typeof(OperationKind))]
    public string? Kind { get; set; }

    /// <summary>For an update: exactly these versions.</summary>
    [Bounds(Max = PackageVersionText.Most)]
    public List<PackageVersionText>? Packages { get; set; }

    /// <summary>For an update: where the package manager broke off it is repaired, and nothing is installed.</summary>
    public bool? Repair { get; set; }

    /// <summary>For an update: also where it may have networkd delete what the node needs.</summary>
    public bool? DespiteHazard { get; set; }

    /// <summary>The NodeRecycle that it belongs to.</summary>
    [Shape(TextShape.ObjectName)]
    public string? Recycle { get; set; }

    /// <summary>The operation is not begun after this time.</summary>
    public DateTimeOffset? Deadline { get; set; }
}

public sealed class GuardedNodeStatus : WireObject
{
    /// <summary>The generation of the spec that the agent has read.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>When the agent wrote last.</summary>
    public DateTimeOffset? Heartbeat { get; set; }

    /// <summary>The boot that runs.</summary>
    [JsonPropertyName("bootID")]
    public string? BootId { get; set; }

    /// <summary>The agent.</summary>
    public AgentStatus? Agent { get; set; }

    /// <summary>The image that the node was made from, as its os-release says.</summary>
    public ImageStatus? Image { get; set; }

    /// <summary>The kernel that runs.</summary>
    public string? Kernel { get; set; }

    /// <summary>systemd-networkd of the node.</summary>
    public NetworkdStatus? Networkd { get; set; }

    /// <summary>The foreign rules, routes, nexthops and addresses.</summary>
    public RoutesStatus? Routes { get; set; }

    /// <summary>The flushes that the agent saw.</summary>
    public EpisodesStatus? Episodes { get; set; }

    /// <summary>The last time that the API server was out of reach, and what happened meanwhile.</summary>
    public SilenceStatus? Silence { get; set; }

    /// <summary>Whether the node asks for a reboot.</summary>
    public bool? RebootRequired { get; set; }

    /// <summary>The node's packages, and who updates them.</summary>
    public NodeUpdatesStatus? Updates { get; set; }

    /// <summary>Whether the node is what its image made it.</summary>
    public DriftStatus? Drift { get; set; }

    /// <summary>How far the agent is with what it was asked to do.</summary>
    public OperationStatus? Operation { get; set; }

    /// <summary>RoutesIntact.</summary>
    [MergedBy("type")]
    public List<Condition>? Conditions { get; set; }
}
