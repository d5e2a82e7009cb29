using System.Globalization;

namespace NodeGuard.Core.Draining.Preflight;

public enum NodeOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,

    /// <summary>The label is an integer greater than the one value.</summary>
    GreaterThan,

    /// <summary>The label is an integer less than the one value.</summary>
    LessThan,

    /// <summary>An operator that this version does not know; matches nothing.</summary>
    Unknown,
}

/// <summary>One requirement of a node affinity.</summary>
public sealed record NodeRequirement(string Key, NodeOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            NodeOperator.In => present && Values.Contains(value),
            NodeOperator.NotIn => !present || !Values.Contains(value),
            NodeOperator.Exists => present,
            NodeOperator.DoesNotExist => !present,
            NodeOperator.GreaterThan => Compare(value) > 0,
            NodeOperator.LessThan => Compare(value) < 0,
            _ => false,
        };
    }

    private int Compare(string? value) =>
        Values is [var bound] && Integer(value) is { } left && Integer(bound) is { } right ? left.CompareTo(right) : 0;

    private static long? Integer(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Which nodes a pod or a volume accepts: labels that all must hold, and terms of which one must.</summary>
/// <param name="Labels">nodeSelector.</param>
/// <param name="Terms">nodeSelectorTerms; empty: no term is asked for. A term without requirements matches no node.</param>
public sealed record NodeSelection(IReadOnlyDictionary<string, string> Labels, IReadOnlyList<NodeTerm> Terms)
{
    public bool Accepts(PreflightNode node) =>
        Labels.All(label => node.Labels.TryGetValue(label.Key, out var value) && value == label.Value)
        && (Terms.Count == 0 || Terms.Any(term => term.Accepts(node)));
}

/// <param name="Expressions">matchExpressions, on the node's labels.</param>
/// <param name="Fields">matchFields; metadata.name is the only field that the API knows.</param>
public sealed record NodeTerm(IReadOnlyList<NodeRequirement> Expressions, IReadOnlyList<NodeRequirement> Fields)
{
    public bool Accepts(PreflightNode node)
    {
        if (Expressions.Count + Fields.Count == 0)
            return false;
        var fields = new Dictionary<string, string> { ["metadata.name"] = node.Name };
        return Expressions.All(requirement => requirement.Matches(node.Labels))
            && Fields.All(requirement => requirement.Matches(fields));
    }
}
