using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Simulation;

/// <summary>The API's LabelSelector and NodeSelectorTerm expressions over an object's labels.</summary>
internal static class LabelSelector
{
    /// <summary>An absent selector matches nothing, an empty one everything.</summary>
    public static bool Matches(JsonNode? selector, JsonObject item)
    {
        if (selector is not JsonObject)
        {
            return false;
        }

        JsonNode? labels = item.At("metadata", "labels");
        return MatchesAll(selector.At("matchLabels"), labels)
            && selector.Items("matchExpressions").All(expression => MatchesExpression(expression, labels));
    }

    /// <summary>Whether the labels hold every pair; no pairs match everything.</summary>
    public static bool MatchesAll(JsonNode? pairs, JsonNode? labels) =>
        pairs is not JsonObject wanted || wanted.All(pair => Has(labels, pair.Key) && labels.Text(pair.Key) == pair.Value.Text());

    public static bool MatchesExpression(JsonObject expression, JsonNode? labels)
    {
        string key = expression.Text("key");
        bool present = Has(labels, key);
        string value = labels.Text(key);
        return expression.Text("operator") switch
        {
            "In" => present && expression.Texts("values").Contains(value),
            "NotIn" => !present || !expression.Texts("values").Contains(value),
            "Exists" => present,
            "DoesNotExist" => !present,
            "Gt" => Compare(value, expression) > 0,
            "Lt" => Compare(value, expression) < 0,
            _ => false,
        };
    }

    private static bool Has(JsonNode? labels, string key) => labels is JsonObject fields && fields.ContainsKey(key);

    private static int Compare(string value, JsonObject expression) =>
        long.TryParse(value, out long left) && long.TryParse(expression.Texts("values").FirstOrDefault(), out long right)
            ? left.CompareTo(right)
            : 0;
}
