using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Selectors;

/// <summary>A label selector in its text form: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`.</summary>
public sealed class LabelSelector
{
    private readonly List<Requirement> _requirements = [];

    private enum Operator
    {
        In,
        NotIn,
        Exists,
        Absent,
        Greater,
        Less,
    }

    public static LabelSelector Everything { get; } = new();

    public bool IsEverything => _requirements.Count == 0;

    /// <summary>Null and what is wrong with the text when it is no selector.</summary>
    public static LabelSelector? Parse(string? text, out string? error)
    {
        error = null;
        var selector = new LabelSelector();
        foreach (string part in Split(text ?? ""))
        {
            if (ParseRequirement(part.Trim(), out error) is not { } requirement)
            {
                error = $"unable to parse requirement: {error}";
                return null;
            }

            selector._requirements.Add(requirement);
        }

        return selector;
    }

    /// <summary>Of the object form, `matchLabels` and `matchExpressions`; null selects nothing.</summary>
    public static LabelSelector? FromJson(JsonNode? selector)
    {
        if (selector is not JsonObject)
            return null;
        var result = new LabelSelector();
        foreach ((string key, string value) in selector.Texts("matchLabels"))
            result._requirements.Add(new Requirement(key, Operator.In, [value]));
        foreach (JsonNode? expression in selector.Items("matchExpressions"))
        {
            Operator kind = expression.Text("operator") switch
            {
                "In" => Operator.In,
                "NotIn" => Operator.NotIn,
                "Exists" => Operator.Exists,
                _ => Operator.Absent,
            };
            string[] values = [.. expression.Items("values").Select(v => v.Text() ?? "")];
            result._requirements.Add(new Requirement(expression.Text("key") ?? "", kind, values));
        }

        return result;
    }

    public bool Matches(JsonObject value) => MatchesLabels(value.Child("metadata", "labels"));

    public bool MatchesLabels(JsonObject? labels)
    {
        foreach (Requirement requirement in _requirements)
        {
            if (!requirement.Holds(labels.Text(requirement.Key)))
                return false;
        }

        return true;
    }

    /// <summary>At commas that are not inside brackets.</summary>
    private static IEnumerable<string> Split(string text)
    {
        int start = 0;
        int depth = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is '(' or ')')
                depth += text[i] == '(' ? 1 : -1;
            if (i < text.Length && (text[i] != ',' || depth > 0))
                continue;
            if (!string.IsNullOrWhiteSpace(text[start..i]))
                yield return text[start..i];
            start = i + 1;
        }
    }

    private static Requirement? ParseRequirement(string text, out string? error)
    {
        error = null;
        Requirement requirement = text switch
        {
            ['!', .. string key] => new(key.Trim(), Operator.Absent, []),
            _ when Binary(text, "!=") is var (key, value) && key.Length > 0 => new(key, Operator.NotIn, [value]),
            _ when Binary(text, "==") is var (key, value) && key.Length > 0 => new(key, Operator.In, [value]),
            _ when Binary(text, "=") is var (key, value) && key.Length > 0 => new(key, Operator.In, [value]),
            _ when Binary(text, ">") is var (key, value) && key.Length > 0 => new(key, Operator.Greater, [value]),
            _ when Binary(text, "<") is var (key, value) && key.Length > 0 => new(key, Operator.Less, [value]),
            _ when Set(text, " notin ") is { } set => new(set.Key, Operator.NotIn, set.Values),
            _ when Set(text, " in ") is { } set => new(set.Key, Operator.In, set.Values),
            _ => new(text, Operator.Exists, []),
        };
        if (requirement.Operator == Operator.Exists && text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var found, ..])
            error = $"found '{found}', expected: in, notin, =, ==, !=, gt, lt";
        else if (Api.Names.QualifiedNameError(requirement.Key) is { } badKey)
            error = $"key: Invalid value: \"{requirement.Key}\": {badKey}";
        foreach (string value in requirement.Values)
        {
            if (Api.Names.LabelValueError(value) is { } badValue)
                error ??= $"values[0][{requirement.Key}]: Invalid value: \"{value}\": {badValue}";
        }

        return error is null ? requirement : null;
    }

    private static (string Key, string Value) Binary(string text, string sign)
    {
        int at = text.Contains('(', StringComparison.Ordinal) ? -1 : text.IndexOf(sign, StringComparison.Ordinal);
        return at <= 0 ? ("", "") : (text[..at].Trim(), text[(at + sign.Length)..].Trim());
    }

    private static (string Key, string[] Values)? Set(string text, string word)
    {
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !text.EndsWith(')'))
            return null;
        string head = text[..open].TrimEnd() + " ";
        return head.EndsWith(word, StringComparison.Ordinal)
            ? (head[..^word.Length].Trim(), text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries))
            : null;
    }

    private sealed record Requirement(string Key, Operator Operator, string[] Values)
    {
        public bool Holds(string? value) => Operator switch
        {
            Operator.In => value is not null && Values.Contains(value),
            Operator.NotIn => value is null || !Values.Contains(value),
            Operator.Exists => value is not null,
            Operator.Absent => value is null,
            Operator.Greater => Compare(value) > 0,
            _ => Compare(value) < 0,
        };

        private int Compare(string? value) =>
            long.TryParse(value, CultureInfo.InvariantCulture, out long have)
            && long.TryParse(Values[0], CultureInfo.InvariantCulture, out long wanted)
                ? have.CompareTo(wanted)
                : 0;
    }
}
