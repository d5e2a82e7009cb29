namespace NodeGuard.Core.Selecting;

/// <summary>Label selectors as people write them: "app=web,tier in (a, b),!canary".</summary>
public static class LabelMatchText
{
    /// <summary>An empty text selects everything.</summary>
    /// <param name="problem">One sentence that names the part which is no requirement.</param>
    public static bool TryParse(string text, out LabelMatch selector, out string problem)
    {
        selector = LabelMatch.Everything;
        problem = "";
        var requirements = new List<SelectorRequirement>();
        foreach (var part in Parts(text))
        {
            if (Requirement(part.Trim()) is not { } requirement)
            {
                problem = $"\"{part.Trim()}\" of the selector \"{text}\" is no requirement; write key=value, key!=value, key, !key, key in (a, b) or key notin (a, b)";
                return false;
            }

            requirements.Add(requirement);
        }

        selector = new LabelMatch(LabelMatch.NoLabels, requirements);
        return true;
    }

    // Commas separate, except those between parentheses.
    private static IEnumerable<string> Parts(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
            yield break;
        var start = 0;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] != ',' || depth > 0)
                continue;
            yield return text[start..i];
            start = i + 1;
        }

        yield return text[start..];
    }

    private static SelectorRequirement? Requirement(string part)
    {
        if (part is ['!', .. var absent])
            return Of(absent, SelectorOperator.DoesNotExist, []);
        if (part.IndexOf("!=", StringComparison.Ordinal) is > 0 and var not)
            return Of(part[..not], SelectorOperator.NotIn, [part[(not + 2)..]]);
        if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            return Of(part[..equals], SelectorOperator.In, [part[(equals + 1)..].TrimStart('=')]);
        if (part is [.. var set, ')'])
            return Set(set);
        return Of(part, SelectorOperator.Exists, []);
    }

    private static SelectorRequirement? Set(string part)
    {
        var open = part.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
            return null;
        var words = part[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var values = part[(open + 1)..].Split(',');
        return words switch
        {
            [var key, "in"] => Of(key, SelectorOperator.In, values),
            [var key, "notin"] => Of(key, SelectorOperator.NotIn, values),
            _ => null,
        };
    }

    private static SelectorRequirement? Of(string key, SelectorOperator @operator, string[] values)
    {
        key = key.Trim();
        values = [.. values.Select(static value => value.Trim())];
        return IsKey(key) && values.All(IsValue) ? new SelectorRequirement(key, @operator, values) : null;
    }

    private static bool IsKey(string key) => key.Length > 0 && key.All(static c => IsNameCharacter(c) || c == '/');

    private static bool IsValue(string value) => value.All(IsNameCharacter);

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
