namespace NodeGuard.Core.Selecting;

/// <summary>A label selector of the API: an empty one matches everything.</summary>
public sealed record LabelMatch(IReadOnlyDictionary<string, string> MatchLabels, IReadOnlyList<SelectorRequirement> MatchExpressions)
{
    public static IReadOnlyDictionary<string, string> NoLabels { get; } = new Dictionary<string, string>();

    public static LabelMatch Everything { get; } = new(NoLabels, []);

    public static LabelMatch Nothing { get; } = new(NoLabels, [new SelectorRequirement("any", SelectorOperator.In, [])]);

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        foreach ((string key, string value) in MatchLabels)
        {
            if (!labels.TryGetValue(key, out string? has) || has != value)
                return false;
        }

        for (int i = 0; i < MatchExpressions.Count; i++)
        {
            if (!MatchExpressions[i].Matches(labels))
                return false;
        }

        return true;
    }
}

public sealed record SelectorRequirement(string Key, SelectorOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        bool has = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            SelectorOperator.In => has && Values.Contains(value!),
            // As the server does: an object without the label is not in the set either.
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
