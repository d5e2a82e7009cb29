using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NodeGuard.Agent.Configuration;

/// <summary>What --print-config and --check-config print.</summary>
public static class ConfigurationReport
{
    // The output goes to a terminal or a program, never into HTML: keep quotes and non-ASCII text readable.
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Key, effective value and source of each setting, in columns.</summary>
    public static string ToText(ConfigurationResult result)
    {
        const string keyTitle = "KEY";
        const string valueTitle = "VALUE";
        int keyWidth = Math.Max(keyTitle.Length, result.Effective.Max(e => e.Setting.Key.Length));
        int valueWidth = Math.Max(valueTitle.Length, result.Effective.Max(e => Shown(e.Value).Length));
        var text = new StringBuilder();
        AddRow(keyTitle, valueTitle, "SOURCE");
        foreach (EffectiveSetting effective in result.Effective)
        {
            AddRow(effective.Setting.Key, Shown(effective.Value), effective.Source);
        }

        return text.ToString();

        void AddRow(string key, string value, string source) =>
            text.Append(key.PadRight(keyWidth)).Append("  ").Append(value.PadRight(valueWidth)).Append("  ").Append(source).Append('\n');
    }

    /// <summary>An object with "settings" (key, value, source, default, allowed, variable, flag, reloadable, description) and "errors".</summary>
    public static string ToJson(ConfigurationResult result)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("settings");
            foreach (EffectiveSetting effective in result.Effective)
            {
                WriteSetting(json, effective);
            }

            json.WriteEndArray();
            json.WriteStartArray("errors");
            foreach (ConfigurationError error in result.Errors)
            {
                json.WriteStringValue(error.ToString());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    /// <summary>One line for each error.</summary>
    public static string ToErrorText(ConfigurationResult result) =>
        string.Concat(result.Errors.Select(error => $"{error}\n"));

    private static string Shown(string value) => value.Length == 0 ? "-" : value;

    private static void WriteSetting(Utf8JsonWriter json, EffectiveSetting effective)
    {
        Setting setting = effective.Setting;
        json.WriteStartObject();
        json.WriteString("key", setting.Key);
        json.WriteString("value", effective.Value);
        json.WriteString("source", effective.Source);
        json.WriteString("default", setting.DefaultText);
        json.WriteString("allowed", setting.Allowed);
        json.WriteString("variable", setting.Variable);
        json.WriteString("flag", setting.Flag);
        json.WriteBoolean("reloadable", setting.Reloadable);
        json.WriteString("description", setting.Description);
        json.WriteEndObject();
    }
}
