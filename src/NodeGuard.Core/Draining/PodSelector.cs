namespace NodeGuard.Core.Draining;

/// <summary>A label selector of a PodDisruptionBudget (policy/v1: an empty selector selects every pod, none selects none).</summary>
public sealed record PodSelector(IReadOnlyDictionary<string, string> MatchLabels, IReadOnlyList<SelectorRequirement> MatchExpressions)
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public static PodSelector Everything { get; } = new(NoLabels, []);

    public static PodSelector Nothing { get; } = new(NoLabels, [new SelectorRequirement("any", SelectorOperator.In, [])]);

    public bool Matches(IReadOnlyDictionary<string, string> labels) =>
        MatchLabels.All(want => labels.TryGetValue(want.Key, out var value) && value == want.Value)
        && MatchExpressions.All(want => want.Matches(labels));
}

public sealed record SelectorRequirement(string Key, SelectorOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        bool has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            SelectorOperator.In => has && Values.Contains(value!),
            // As the server does: a pod without the label is not in the set either.
            SelectorOperator.NotIn => !has || !Values.Contains(value!),
            SelectorOperator.Exists => has,
            SelectorOperator.DoesNotExist => !has,
            _ => false,
        };
    }
}

public enum SelectorOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
}
