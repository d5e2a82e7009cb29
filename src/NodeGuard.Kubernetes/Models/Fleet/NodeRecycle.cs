using System.Text.Json.Serialization;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

/// <summary>One disruption of one node, from its request to its end.</summary>
[ShortName("nr")]
[Column("Node", ".spec.nodeName", Description = "The node.")]
[Column("Reasons", ".spec.reasons", Description = "Why the node is recycled.")]
[Column("Phase", ".status.phase", Description = "How far it is.")]
[Column("Since", ".status.phaseSince", Type = "date", Description = "How long it has been in this phase.")]
[Column("Policy", ".spec.policy", Priority = 1, Description = "The policy that asked for it.")]
[Column("Requested by", ".spec.requestedBy", Priority = 1, Description = "Who asked for it.")]
[Column("Message", ".status.message", Priority = 1, Description = "What it does or waits for.")]
[Column("Age", ".metadata.creationTimestamp", Type = "date")]
public sealed class NodeRecycle : KubeObject
{
    /// <summary>What is asked for.</summary>
    [MustBeSet]
    public NodeRecycleSpec? Spec { get; set; }

    /// <summary>How far it is; the controller that takes over goes on from here.</summary>
    public NodeRecycleStatus? Status { get; set; }
}

[Rule("!has(oldSelf.nodeUID) || (has(self.nodeUID) && self.nodeUID == oldSelf.nodeUID)", "nodeUID cannot be changed: make another NodeRecycle for another node")]
[Rule("!self.force || 'Manual' in self.reasons", "force is for people only: it needs the reason Manual")]
[Rule("!(has(oldSelf.cancel) && oldSelf.cancel) || self.cancel", "a cancelled recycle stays cancelled: make another NodeRecycle")]
[Rule("!has(self.replacementFirst) || !self.replacementFirst || !has(self.method) || !(self.method in ['Reboot', 'Update', 'DeleteNode'])",
    "replacementFirst makes no sense with Reboot and Update, where the machine stays, nor with DeleteNode, where nothing can be asked for another one")]
public sealed class NodeRecycleSpec : WireObject
{
    /// <summary>The node.</summary>
    [MustBeSet]
    [Shape(TextShape.ObjectName)]
    [Rule("self == oldSelf", "nodeName cannot be changed: make another NodeRecycle for another node")]
    public string? NodeName { get; set; }

    /// <summary>The node's UID, so that a later node of the same name is not meant.</summary>
    [JsonPropertyName("nodeUID")]
    [Bounds(Min = 1, Max = 64)]
    public string? NodeUid { get; set; }

    /// <summary>Why; several reasons are one disruption.</summary>
    [MustBeSet]
    [Words(typeof(RecycleReason))]
    [Bounds(Min = 1, Max = 7)]
    [MergedAsSet]
    public List<string>? Reasons { get; set; }

    /// <summary>The same for people.</summary>
    [Bounds(Max = 1024)]
    public string? Message { get; set; }

    /// <summary>Who asked for it, as they said.</summary>
    [Bounds(Max = 253)]
    public string? RequestedBy { get; set; }

    /// <summary>The NodePolicy that asked for it, and whose budget it uses.</summary>
    [Shape(TextShape.ObjectName)]
    public string? Policy { get; set; }

    /// <summary>What is done to the machine, instead of what the policy says.</summary>
    [Words(typeof(ReplacementMethod))]
    public string? Method { get; set; }

    /// <summary>What is installed where the node is updated; without it, what is pending by then in the policy's scope.</summary>
    [Bounds(Max = PackageVersionText.Most)]
    public List<PackageVersionText>? Updates { get; set; }

    /// <summary>Whether the new machine comes before the old one goes, instead of what the policy says.</summary>
    public bool? ReplacementFirst { get; set; }

    /// <summary>Whether the machine is rebooted or replaced even if its pods would not leave.</summary>
    [FilledWith(false)]
    public bool? Force { get; set; }

    /// <summary>By when it should be done.</summary>
    public DateTimeOffset? Deadline { get; set; }

    /// <summary>Ask for it to be stopped at the next safe step, and its node left as it was found.</summary>
    [FilledWith(false)]
    public bool? Cancel { get; set; }
}

public sealed class NodeRecycleStatus : WireObject
{
    /// <summary>The generation of the spec that this status is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>How far it is.</summary>
    [Words(typeof(RecyclePhase))]
    [Rule("!(oldSelf in ['Succeeded', 'Failed', 'Cancelled']) || self == oldSelf", "a recycle that has ended is not taken up again: make another NodeRecycle")]
    public string? Phase { get; set; }

    /// <summary>What it does or waits for.</summary>
    public string? Message { get; set; }

    /// <summary>When it was given its slot.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When this phase began.</summary>
    public DateTimeOffset? PhaseSince { get; set; }

    /// <summary>By when this phase must end.</summary>
    public DateTimeOffset? PhaseDeadline { get; set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>How often the drain was tried.</summary>
    public int? Attempts { get; set; }

    /// <summary>The node as it was when its slot was taken.</summary>
    public RecycledNode? Node { get; set; }

    /// <summary>How far the drain is.</summary>
    public DrainStatus? Drain { get; set; }

    /// <summary>How far the replacement of the machine is.</summary>
    public ReplacementStatus? Replacement { get; set; }

    /// <summary>The owners of the evicted pods, as they were before the drain.</summary>
    public List<OwnerStatus>? Owners { get; set; }

    /// <summary>Admitted, Drained, Replaced and Verified.</summary>
    [MergedBy("type")]
    public List<Condition>? Conditions { get; set; }
}
