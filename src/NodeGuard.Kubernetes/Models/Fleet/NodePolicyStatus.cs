using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Kubernetes.Models.Fleet;

public sealed class NodePolicyStatus : WireObject
{
    /// <summary>The generation of the spec that this status is about.</summary>
    public long? ObservedGeneration { get; set; }

    /// <summary>Nodes that the policy selects.</summary>
    public int? Nodes { get; set; }

    /// <summary>Nodes that have a reason to be recycled.</summary>
    public int? Outdated { get; set; }

    /// <summary>Nodes that are past their deadline.</summary>
    public int? Overdue { get; set; }

    /// <summary>Nodes that are not there for pods, whatever the cause.</summary>
    public int? Unavailable { get; set; }

    /// <summary>Recycles under way.</summary>
    public int? InProgress { get; set; }

    /// <summary>The policy's own budget in nodes.</summary>
    public BudgetUse? Budget { get; set; }

    /// <summary>The name of the oldest node.</summary>
    public string? OldestNode { get; set; }

    /// <summary>The age of the oldest node, for people.</summary>
    public string? OldestAge { get; set; }

    /// <summary>When the next recycle may start.</summary>
    public DateTimeOffset? NextStart { get; set; }

    /// <summary>Whether every node meets its deadline.</summary>
    public ForecastStatus? Forecast { get; set; }

    /// <summary>The wave that is under way.</summary>
    public WaveStatus? Wave { get; set; }

    /// <summary>Pending packages in the versions that have come through all waves, and soaked; at most 500.</summary>
    [Bounds(Max = 500)]
    public List<PackageVersionText>? Released { get; set; }

    /// <summary>Why nothing new starts; absent when nothing is frozen.</summary>
    public FreezeStatus? Freeze { get; set; }

    /// <summary>Accepted, Frozen and Feasible.</summary>
    [MergedBy("type")]
    public List<Condition>? Conditions { get; set; }
}

public sealed class BudgetUse : WireObject
{
    /// <summary>How many may be away.</summary>
    public int? Allowed { get; set; }

    /// <summary>How many are.</summary>
    public int? Used { get; set; }
}

public sealed class ForecastStatus : WireObject
{
    /// <summary>Whether every node meets its deadline if nothing changes.</summary>
    public bool? Feasible { get; set; }

    /// <summary>How many nodes do not.</summary>
    public int? Misses { get; set; }

    /// <summary>When the first of them is overdue.</summary>
    public DateTimeOffset? FirstMiss { get; set; }

    /// <summary>The same for people, and what would have to change.</summary>
    public string? Message { get; set; }
}

public sealed class WaveStatus : WireObject
{
    /// <summary>The image that is brought to the nodes.</summary>
    public string? Image { get; set; }

    /// <summary>The wave of the policy.</summary>
    public string? Name { get; set; }

    /// <summary>When it began.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>Nodes of the wave that run the image and are well.</summary>
    public int? Done { get; set; }

    /// <summary>Nodes of the wave.</summary>
    public int? Total { get; set; }
}

/// <summary>Of a policy or of the fleet.</summary>
public sealed class FreezeStatus : WireObject
{
    /// <summary>What the annotation nodeguard.io/resume must say to lift it.</summary>
    public string? Id { get; set; }

    /// <summary>Since when nothing new starts.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>What led to it, in one word.</summary>
    public string? Cause { get; set; }

    /// <summary>The same in a sentence, and what to do.</summary>
    public string? Message { get; set; }

    /// <summary>The objects and times that show it.</summary>
    public List<string>? Evidence { get; set; }
}
