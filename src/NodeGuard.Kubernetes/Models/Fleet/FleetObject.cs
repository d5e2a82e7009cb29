using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

/// <summary>What holds for all nodes together. There is one, named cluster; the slots in its status are taken and given back by compare-and-swap.</summary>
[Rule("self.metadata.name == 'cluster'", "there is one Fleet, and its name must be cluster")]
[Column("Paused", ".spec.paused", Type = "boolean", Description = "A person said that nothing new starts.")]
[Column("Max unavailable", ".spec.budget.maxUnavailable", Description = "How many nodes may be away at once.")]
[Column("Frozen", ".status.conditions[?(@.type==\"Frozen\")].status", Description = "True: nothing new starts.")]
[Column("Cause", ".status.freeze.cause", Description = "What led to the freeze.")]
[Column("Recycling", ".status.slots[*].node", Priority = 1, Description = "Nodes that hold a slot.")]
[Column("Age", ".metadata.creationTimestamp", Type = "date")]
public sealed class FleetObject : KubeObject
{
    /// <summary>What is wanted.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public FleetSpec? Spec { get; set; }

    /// <summary>What runs.</summary>
    public FleetStatus? Status { get; set; }
}

public sealed class FleetSpec : WireObject
{
    /// <summary>No new recycle starts anywhere; what runs is finished.</summary>
    [FilledWith(false)]
    public bool? Paused { get; set; }

    /// <summary>How many nodes of all may be away at once, and how fast they may go; each policy's own budget holds as well.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public FleetBudget? Budget { get; set; }

    /// <summary>When the whole fleet freezes.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public FleetFreeze? Freeze { get; set; }

    /// <summary>Who is told of a freeze, of a failed recycle and of a deadline at risk.</summary>
    [Bounds(Max = 8)]
    public List<FleetNotification>? Notifications { get; set; }

    /// <summary>What is kept of the past.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public FleetHistory? History { get; set; }
}

public sealed class FleetBudget : WireObject
{
    /// <summary>How many nodes may be unavailable at once, of whatever cause, as a number or a percentage of all; a positive percentage is at least one node.</summary>
    [FilledWith("10%")]
    public IntOrString? MaxUnavailable { get; set; }

    /// <summary>The same within one zone; without it, zones do not count.</summary>
    public IntOrString? MaxPerZone { get; set; }

    /// <summary>The time from one start to the next at least.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("0s")]
    public string? MinSpacing { get; set; }

    /// <summary>How many recycles may start in any hour; without it, as many as the budget allows.</summary>
    [Bounds(Min = 1)]
    public int? MaxStartsPerHour { get; set; }
}

public sealed class FleetFreeze : WireObject
{
    /// <summary>On how many nodes the same cause must show.</summary>
    [Bounds(Min = 2)]
    [FilledWith(3)]
    public int? SameCauseNodes { get; set; }

    /// <summary>Within which time.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("10m")]
    public string? Within { get; set; }
}

[Rule("has(self.url) != has(self.urlFrom)", "a receiver has either url or urlFrom")]
public sealed class FleetNotification : WireObject
{
    /// <summary>Where it is sent.</summary>
    [Shape(TextShape.Url)]
    public string? Url { get; set; }

    /// <summary>The Secret with the address, where that holds a token, as those of chats do: whoever may read the Fleet reads url.</summary>
    public SecretKey? UrlFrom { get; set; }

    /// <summary>The key that signs it; without it, it is not signed.</summary>
    public SecretKey? Secret { get; set; }

    /// <summary>How it is written.</summary>
    [Words(typeof(NotificationFormat))]
    [FilledWith(nameof(NotificationFormat.Json))]
    public string? Format { get; set; }
}

public sealed class FleetHistory : WireObject
{
    /// <summary>How long a recycle that has ended is kept.</summary>
    [Shape(TextShape.Duration)]
    [FilledWith("168h")]
    public string? Keep { get; set; }
}

public sealed class FleetStatus : WireObject
{
    /// <summary>The generation of the spec that this status is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>The recycles that may disrupt a node; each was admitted within every budget.</summary>
    [MergedBy("recycleUID")]
    public List<FleetSlot>? Slots { get; set; }

    /// <summary>Why nothing new starts; absent when nothing is frozen.</summary>
    public FreezeStatus? Freeze { get; set; }

    /// <summary>Frozen.</summary>
    [MergedBy("type")]
    public List<Condition>? Conditions { get; set; }

    /// <summary>What the receivers of notifications were told lately.</summary>
    [MergedBy("id")]
    public List<SentNotice>? Notified { get; set; }
}

public sealed class SentNotice : WireObject
{
    /// <summary>What was told; the same for every controller.</summary>
    [MustBeSet]
    public string? Id { get; set; }

    /// <summary>When every receiver had taken it, or had been given up.</summary>
    public DateTimeOffset? At { get; set; }
}

public sealed class FleetSlot : WireObject
{
    /// <summary>The NodeRecycle that holds it.</summary>
    [MustBeSet]
    public string? Recycle { get; set; }

    /// <summary>The UID of the NodeRecycle.</summary>
    [MustBeSet]
    [JsonPropertyName("recycleUID")]
    public string? RecycleUid { get; set; }

    /// <summary>The node that is disrupted.</summary>
    [MustBeSet]
    public string? Node { get; set; }

    /// <summary>The UID of the node.</summary>
    [JsonPropertyName("nodeUID")]
    public string? NodeUid { get; set; }

    /// <summary>The policy whose budget is used.</summary>
    public string? Policy { get; set; }

    /// <summary>The zone whose budget is used.</summary>
    public string? Zone { get; set; }

    /// <summary>Whether the node belongs to the control plane, of which one at a time may be away.</summary>
    public bool? ControlPlane { get; set; }

    /// <summary>
    /// Whether the node was unavailable before, and so took nothing of what may be: where it comes back before it is cordoned,
    /// the slot is given back, and the node needs room like any other.
    /// </summary>
    public bool? WasUnavailable { get; set; }

    /// <summary>Which try of the recycle it is for; each try takes a slot of its own.</summary>
    [Bounds(Min = 1)]
    public int? Attempt { get; set; }

    /// <summary>When it was taken.</summary>
    public DateTimeOffset? Since { get; set; }
}
