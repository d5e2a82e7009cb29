using System.Globalization;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>
/// The JSONPath of printer columns: fields, `['field']`, indexes, `[*]`, and filters `[?(@.a=="b")]`.
/// </summary>
internal sealed class JsonPath
{
    private readonly List<Func<JsonNode?, IEnumerable<JsonNode?>>> _steps = [];

    /// <summary>Null when the text is none that is understood here.</summary>
    public static JsonPath? Parse(string text)
    {
        var path = new JsonPath();
        int at = 0;
        while (at < text.Length)
        {
            int next = text[at] switch
            {
                '.' => path.AddField(text, at + 1),
                '[' => path.AddBracket(text, at + 1),
                _ => -1,
            };
            if (next < 0)
                return null;
            at = next;
        }

        return path;
    }

    /// <summary>All values that the path leads to.</summary>
    public IEnumerable<JsonNode?> Find(JsonNode? root)
    {
        IEnumerable<JsonNode?> found = [root];
        foreach (Func<JsonNode?, IEnumerable<JsonNode?>> step in _steps)
            found = found.SelectMany(step);
        return found;
    }

    private int AddField(string text, int start)
    {
        var name = new System.Text.StringBuilder();
        int at = start;
        for (; at < text.Length && text[at] is not ('.' or '['); at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
                at++;
            name.Append(text[at]);
        }

        if (name.Length == 0)
            return at < text.Length && text[at] == '[' ? at : -1;
        AddFieldStep(name.ToString());
        return at;
    }

    private void AddFieldStep(string name) => _steps.Add(name == "*"
        ? static n => n switch { JsonArray list => list, JsonObject map => map.Select(p => p.Value), _ => [] }
        : n => n is JsonObject map && map.TryGetPropertyValue(name, out JsonNode? value) ? [value] : []);

    private int AddBracket(string text, int start)
    {
        int end = start < text.Length && text[start] == '?'
            ? text.IndexOf(")]", start, StringComparison.Ordinal) + 1
            : text.IndexOf(']', start);
        if (end <= start)
            return -1;
        string inner = text[start..end];
        if (inner is ['?', '(', .. { } filter, ')'])
            return AddFilter(filter) ? end + 1 : -1;
        if (inner is ['\'', .. { } single, '\''])
            AddFieldStep(single);
        else if (inner is ['"', .. { } quoted, '"'])
            AddFieldStep(quoted);
        else if (inner == "*")
            AddFieldStep("*");
        else if (int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
            _steps.Add(n => n is JsonArray list && Place(list, index) is { } place ? [list[place]] : []);
        else
            return -1;
        return end + 1;
    }

    private static int? Place(JsonArray list, int index)
    {
        int place = index < 0 ? list.Count + index : index;
        return place >= 0 && place < list.Count ? place : null;
    }

    private bool AddFilter(string filter)
    {
        string[] operators = ["==", "!="];
        string? by = operators.FirstOrDefault(o => filter.Contains(o, StringComparison.Ordinal));
        string left = by is null ? filter : filter[..filter.IndexOf(by, StringComparison.Ordinal)];
        if (!left.Trim().StartsWith('@') || Parse(left.Trim()[1..]) is not { } path)
            return false;
        string? wanted = by is null ? null : filter[(filter.IndexOf(by, StringComparison.Ordinal) + 2)..].Trim().Trim('"', '\'');
        _steps.Add(n => n is JsonArray list ? list.Where(item => Passes(path, item, by, wanted)) : []);
        return true;
    }

    private static bool Passes(JsonPath path, JsonNode? item, string? by, string? wanted)
    {
        JsonNode?[] found = [.. path.Find(item)];
        if (found.Length == 0)
            return false;
        if (by is null)
            return true;
        bool equal = (found[0].Text() ?? found[0]?.ToJsonString()) == wanted;
        return equal == (by == "==");
    }
}
