using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeGuard.Cli.Output;

/// <summary>JSON content as block-style YAML 1.2 that 1.1 readers understand alike.</summary>
public static class YamlText
{
    private static readonly string[] Words = ["null", "~", "true", "false", "yes", "no", "on", "off", "y", "n"];

    public static void Write(TextWriter output, string json)
    {
        using var document = JsonDocument.Parse(json);
        Write(output, document.RootElement);
    }

    public static void Write(TextWriter output, JsonElement element)
    {
        if (IsScalar(element))
            output.WriteLine(Scalar(element));
        else if (element.ValueKind is JsonValueKind.Object)
            WriteObject(output, element, indent: 0, firstLineIsIndented: false);
        else
            WriteArray(output, element, indent: 0);
    }

    private static void WriteObject(TextWriter output, JsonElement element, int indent, bool firstLineIsIndented)
    {
        var indented = firstLineIsIndented;
        foreach (var property in element.EnumerateObject())
        {
            if (!indented)
                Indent(output, indent);
            indented = false;
            output.Write(Text(property.Name));
            output.Write(':');
            WriteValue(output, property.Value, indent);
        }
    }

    private static void WriteValue(TextWriter output, JsonElement value, int indent)
    {
        if (IsScalar(value))
        {
            output.Write(' ');
            output.WriteLine(Scalar(value));
        }
        else if (value.ValueKind is JsonValueKind.Object)
        {
            output.WriteLine();
            WriteObject(output, value, indent + 2, firstLineIsIndented: false);
        }
        else
        {
            output.WriteLine();
            WriteArray(output, value, indent);
        }
    }

    private static void WriteArray(TextWriter output, JsonElement element, int indent)
    {
        foreach (var item in element.EnumerateArray())
        {
            Indent(output, indent);
            output.Write('-');
            if (item.ValueKind is JsonValueKind.Object && !IsScalar(item))
            {
                output.Write(' ');
                WriteObject(output, item, indent + 2, firstLineIsIndented: true);
            }
            else
            {
                WriteValue(output, item, indent + 2);
            }
        }
    }

    private static void Indent(TextWriter output, int indent)
    {
        for (var i = 0; i < indent; i++)
            output.Write(' ');
    }

    // Empty collections have no block form.
    private static bool IsScalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => !element.EnumerateObject().Any(),
        JsonValueKind.Array => element.GetArrayLength() == 0,
        _ => true,
    };

    private static string Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Text(element.GetString()!),
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        _ => element.GetRawText(),
    };

    private static string Text(string text) =>
        IsPlain(text) ? text : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    // Anything that could start a number, a date or an indicator is quoted: a JSON string is also a YAML string.
    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0]) || text[^1] is ' ' or ':')
            return false;
        if (Words.Contains(text, StringComparer.OrdinalIgnoreCase))
            return false;
        if (text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal))
            return false;
        return text.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or ':' or ',' or '(' or ')' or '=' or '+' or '#');
    }
}
