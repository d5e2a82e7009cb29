using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeGuard.Generators.Crds;

/// <summary>JSON as block YAML, the same text for the same value.</summary>
internal static partial class YamlText
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonObject value)
    {
        var text = new StringBuilder();
        Entries(text, value, 0);
        return text.ToString();
    }

    private static void Entries(StringBuilder text, JsonObject value, int depth)
    {
        foreach ((string name, JsonNode? field) in value)
        {
            text.Append(' ', depth).Append(Scalar(name)).Append(':');
            Child(text, field, depth);
        }
    }

    private static void Child(StringBuilder text, JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } o:
                text.Append('\n');
                Entries(text, o, depth + 2);
                break;
            case JsonArray { Count: > 0 } a:
                text.Append('\n');
                foreach (JsonNode? item in a)
                    Item(text, item, depth);
                break;
            default:
                text.Append(' ').Append(value is JsonValue v && v.GetValueKind() == JsonValueKind.String ? Scalar((string)v!) : value!.ToJsonString()).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder text, JsonNode? item, int depth)
    {
        text.Append(' ', depth).Append('-');
        if (item is not JsonObject { Count: > 0 } o)
        {
            Child(text, item, depth);
            return;
        }

        // The first entry stands behind the dash.
        int start = text.Length;
        Entries(text, o, depth + 2);
        text.Remove(start, depth + 1);
    }

    private static string Scalar(string text) => Plain().IsMatch(text) && !Word().IsMatch(text) ? text : JsonSerializer.Serialize(text, Readable);

    // What YAML reads as this very text: no sign that starts something else, no number, no colon or hash that ends it.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_./ ,;'()-]*(?<! )$")]
    private static partial Regex Plain();

    [GeneratedRegex("^(true|false|null|yes|no|on|off|y|n|~)$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
