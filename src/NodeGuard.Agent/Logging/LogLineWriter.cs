using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeGuard.Agent.Configuration;

namespace NodeGuard.Agent.Logging;

internal sealed record LogLine(
    LogLevel Level,
    string Category,
    string? Event,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Fields,
    Exception? Exception);

/// <summary>Turns each entry into whole lines and writes them with one call, so that entries never interleave.</summary>
internal sealed class LogLineWriter(Stream output, LogFormat format, bool journal, TimeProvider time)
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();

    public void Write(LogLine line)
    {
        byte[] bytes = format == LogFormat.Json ? ToJson(line) : Encoding.UTF8.GetBytes(ToText(line));
        lock (_gate)
        {
            try
            {
                output.Write(bytes);
                output.Flush();
            }
            catch (IOException)
            {
                // The reader of our messages is gone or its disk is full; guarding goes on without a voice.
            }
        }
    }

    private string ToText(LogLine line)
    {
        string prefix = journal
            ? $"<{Priority(line.Level)}>"
            : $"{time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {Name(line.Level),-7} ";
        var text = new StringBuilder();
        text.Append(prefix).Append(line.Category).Append(": ").Append(OneLine(line.Message));
        if (line.Exception is { } exception)
        {
            text.Append(" (").Append(exception.GetType().Name).Append(": ").Append(OneLine(exception.Message)).Append(')');
            foreach (string frame in exception.StackTrace?.Split('\n') ?? [])
            {
                text.Append('\n').Append(prefix).Append(OneLine(frame.TrimEnd()));
            }
        }

        return text.Append('\n').ToString();
    }

    private byte[] ToJson(LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteString("level", Name(line.Level));
            json.WriteString("category", line.Category);
            if (line.Event is not null)
            {
                json.WriteString("event", line.Event);
            }

            json.WriteString("message", line.Message);
            WriteFields(json, line.Fields);
            if (line.Exception is not null)
            {
                json.WriteString("exception", line.Exception.ToString());
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        json.WriteStartObject("fields");
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, object? value) in fields)
        {
            if (name == "{OriginalFormat}" || !written.Add(name))
            {
                continue;
            }

            json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(name));
            switch (value)
            {
                case null:
                    json.WriteNullValue();
                    break;
                case bool flag:
                    json.WriteBooleanValue(flag);
                    break;
                case int or long or short or byte or uint:
                    json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case double number when double.IsFinite(number):
                    json.WriteNumberValue(number);
                    break;
                default:
                    json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }

    /// <summary>No text from outside may start a line of its own, or colour the terminal.</summary>
    private static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => line.Append("\\n"),
                '\t' => line.Append(' '),
                _ when char.IsControl(c) => line.Append('?'),
                _ => line.Append(c),
            };
        }

        return line.ToString();
    }

    /// <summary>syslog(3) priorities.</summary>
    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Critical => "fatal",
        LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        LogLevel.Information => "info",
        LogLevel.Debug => "debug",
        _ => "trace",
    };
}
