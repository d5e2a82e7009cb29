using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Cli.Terminal;

namespace NodeGuard.Cli.Output;

/// <summary>-o json and -o yaml: the same content, named as in the control API.</summary>
public static class StructuredOutput
{
    // Times hold a '+', object texts an '&' or '<': escaping for HTML would only make them harder to read.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write<T>(CliConsole console, OutputFormat format, T value, JsonTypeInfo<T> type)
    {
        if (format is OutputFormat.Yaml)
        {
            using var document = JsonSerializer.SerializeToDocument(value, type);
            YamlText.Write(console.Out, document.RootElement);
        }
        else
        {
            console.Out.WriteLine(Json(value, type, Indented));
        }
    }

    /// <summary>One element of an endless list: a line of JSON, or a YAML document.</summary>
    public static void WriteStreamed<T>(CliConsole console, OutputFormat format, T value, JsonTypeInfo<T> type)
    {
        if (format is OutputFormat.Yaml)
        {
            console.Out.WriteLine("---");
            Write(console, format, value, type);
        }
        else
        {
            console.Out.WriteLine(Json(value, type, OneLine));
        }
    }

    /// <summary>The value as one line of JSON.</summary>
    public static string Line<T>(T value, JsonTypeInfo<T> type) => Json(value, type, OneLine);

    private static string Json<T>(T value, JsonTypeInfo<T> type, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, options))
            JsonSerializer.Serialize(writer, value, type);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
