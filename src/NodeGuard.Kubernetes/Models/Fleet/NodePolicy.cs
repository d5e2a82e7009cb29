using NodeGuard.Core.Fleet.Policies;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

/// <summary>How the nodes that it selects are kept: how old they may become, which image they run, and how many may be away at once.</summary>
[ShortName("np")]
[Column("Nodes", ".status.nodes", Type = "integer", Description = "Nodes that it selects.")]
[Column("Outdated", ".status.outdated", Type = "integer", Description = "Nodes that it wants recycled.")]
[Column("Unavailable", ".status.unavailable", Type = "integer", Description = "Nodes that are not there for pods, whatever the cause.")]
[Column("In progress", ".status.inProgress", Type = "integer", Description = "Recycles under way.")]
[Column("Oldest", ".status.oldestAge", Description = "Age of the oldest node.")]
[Column("Frozen", ".status.conditions[?(@.type==\"Frozen\")].status", Description = "True: nothing new starts.")]
[Column("Forecast", ".status.forecast.message", Description = "Whether every node meets its deadline.")]
[Column("Paused", ".spec.paused", Type = "boolean", Priority = 1, Description = "A person said that nothing new starts.")]
[Column("Next start", ".status.nextStart", Priority = 1, Description = "When the next recycle may start.")]
[Column("Age", ".metadata.creationTimestamp", Type = "date")]
public sealed class NodePolicy : KubeObject
{
    /// <summary>What is wanted.</summary>
    [MustBeSet]
    public NodePolicySpec? Spec { get; set; }

    /// <summary>What the controller sees.</summary>
    public NodePolicyStatus? Status { get; set; }
}

[Rule("!has(self.maxAge) || self.ageJitter.endsWith('%') || duration(self.ageJitter) < duration(self.maxAge)",
    "maxAge must be longer than ageJitter: a node goes earlier by ageJitter at most, and would go as soon as it came")]
public sealed class NodePolicySpec : WireObject
{
    /// <summary>The nodes that this policy is for; a node that two policies select is left alone by both.</summary>
    [MustBeSet]
    public LabelSelector? NodeSelector { get; set; }

    /// <summary>No new recycle starts for this policy; what runs is finished.</summary>
    [FilledWith(false)]
    public bool? Paused { get; set; }

    /// <summary>No node becomes older than this; without it, age is no reason to recycle.</summary>
    [Shape(TextShape.Duration)]
    [Rule("duration(self) >= duration('1m')", "maxAge must be at least 1m: a younger node has hardly become Ready")]
    public string? MaxAge { get; set; }

    /// <summary>By how much a node goes earlier at most, as a percentage of maxAge or a duration; each node has its own share of it.</summary>
    [Shape(TextShape.PercentOrDuration)]
    [FilledWith("25%")]
    public string? AgeJitter { get; set; }

    /// <summary>Which image the nodes run.</summary>
    public ImagePolicy? Image { get; set; }

    /// <summary>What pending updates lead to.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public UpdatePolicy? Updates { get; set; }

    /// <summary>How many nodes of this policy may be away at once, and how fast they may go.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public PolicyBudget? Budget { get; set; }

    /// <summary>When recycles may start; without any, at all times.</summary>
    [Bounds(Max = 16)]
    public List<PolicyWindow>? Windows { get; set; }

    /// <summary>What the end of a window means for a recycle.</summary>
    [Words(typeof(WindowEnd))]
    [FilledWith(nameof(Core.Fleet.Policies.WindowEnd.FitInside))]
    public string? WindowEnd { get; set; }

    /// <summary>The steps in which a new image reaches the nodes, in order; the last one is all the rest.</summary>
    [Bounds(Max = 10)]
    [Rule("self.size() == 0 || (!has(self[self.size() - 1].size) && !has(self[self.size() - 1].nodeSelector))",
        "the last wave is all the nodes that are left: it must have neither size nor nodeSelector")]
    [Rule("self.filter(w, !has(w.size) && !has(w.nodeSelector)).size() <= 1",
        "every wave but the last must have size or nodeSelector: it would take all the nodes, and leave none to those after it")]
    [Rule("self.all(w, self.exists_one(v, v.name == w.name))", "the names of waves must differ")]
    public List<PolicyWave>? Waves { get; set; }

    /// <summary>How the pods are made to leave.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public PolicyDrain? Drain { get; set; }

    /// <summary>What is done to the machine once the pods are gone.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public PolicyReplacement? Replacement { get; set; }

    /// <summary>What must be well before a recycle counts as done, and when the policy freezes.</summary>
    [FilledWith(FilledWithAttribute.Defaults)]
    public PolicyHealth? Health { get; set; }
}

public sealed class ImagePolicy : WireObject
{
    /// <summary>The wanted IMAGE_VERSION, as in the node's os-release; without it any image will do.</summary>
    [Bounds(Min = 1, Max = 253)]
    public string? Version { get; set; }

    /// <summary>What is done to a node that differs from the image that it was built from.</summary>
    [Words(typeof(DriftResponse))]
    [FilledWith(nameof(DriftResponse.Report))]
    public string? OnDrift { get; set; }
}

[Rule("self.drain != 'Never' || self.reboot == 'Never'", "drain Never cannot go with reboot IfRequired: no node is rebooted with its pods on it")]
public sealed class UpdatePolicy : WireObject
{
    /// <summary>Who updates the packages of the nodes.</summary>
    [Words(typeof(UpdateMode))]
    [FilledWith(nameof(UpdateMode.Off))]
    public string? Mode { get; set; }

    /// <summary>Which pending packages a coordinated update installs.</summary>
    [Words(typeof(UpdateScope))]
    [FilledWith(nameof(UpdateScope.Security))]
    public string? Scope { get; set; }

    /// <summary>When the pods of a node leave for its update.</summary>
    [Words(typeof(UpdateDrain))]
    [FilledWith(nameof(UpdateDrain.IfReboot))]
    public string? Drain { get; set; }

    /// <summary>What it means that an update would have networkd delete what a node needs.</summary>
    [Words(typeof(HazardResponse))]
    [FilledWith(nameof(HazardResponse.Wait))]
    public string? OnHazard { get; set; }

    /// <summary>Whether a node that asks for a reboot is recycled.</summary>
    [Words(typeof(RebootPolicy))]
    [FilledWith(nameof(RebootPolicy.Never))]
    public string? Reboot { get; set; }

    /// <summary>How the agent reboots a node, whoever asks for it; where the node cannot, its recycle fails, and no other way is taken.</summary>
    [Words(typeof(RebootMethod))]
    [FilledWith(nameof(Core.Fleet.Policies.RebootMethod.Reboot))]
    public string? RebootMethod { get; set; }

    /// <summary>What is done about a package manager that broke off.</summary>
    [Words(typeof(RepairPolicy))]
    [FilledWith(nameof(RepairPolicy.Never))]
    public string? Repair { get; set; }
}
