namespace NodeGuard.Kubernetes.Models;

/// <summary>Only the part about nodes has properties.</summary>
public sealed class Affinity : WireObject
{
    public NodeAffinity? NodeAffinity { get; set; }
}

public sealed class NodeAffinity : WireObject
{
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; set; }
}

public sealed class NodeSelector : WireObject
{
    /// <summary>Any of them suffices.</summary>
    public List<NodeSelectorTerm>? NodeSelectorTerms { get; set; }
}

/// <summary>All requirements must hold; a term without any matches nothing.</summary>
public sealed class NodeSelectorTerm : WireObject
{
    public List<NodeSelectorRequirement>? MatchExpressions { get; set; }

    public List<NodeSelectorRequirement>? MatchFields { get; set; }
}

public sealed class NodeSelectorRequirement : WireObject
{
    public string Key { get; set; } = string.Empty;

    /// <summary>In, NotIn, Exists, DoesNotExist, Gt or Lt.</summary>
    public string Operator { get; set; } = string.Empty;

    public List<string>? Values { get; set; }
}
