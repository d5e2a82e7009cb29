namespace NodeGuard.Kubernetes.Models;

/// <summary>Null selects nothing, an empty one everything.</summary>
public sealed class LabelSelector : WireObject
{
    public Dictionary<string, string>? MatchLabels { get; set; }

    public List<LabelSelectorRequirement>? MatchExpressions { get; set; }
}

public sealed class LabelSelectorRequirement : WireObject
{
    public string Key { get; set; } = string.Empty;

    /// <summary>In, NotIn, Exists or DoesNotExist.</summary>
    public string Operator { get; set; } = string.Empty;

    public List<string>? Values { get; set; }
}
