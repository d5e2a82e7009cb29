using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Crds;

/// <summary>JSON's types as the schema names them, and numbers as the server prints them.</summary>
internal static class SchemaNumbers
{
    /// <summary>A number without a fraction is an integer, whatever way it was written.</summary>
    public static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => Math.Floor(Of(value)) == Of(value) ? "integer" : "number",
        _ => "null",
    };

    /// <summary>NaN for what is no number.</summary>
    public static double Of(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number
        && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : double.NaN;

    public static string Show(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    public static double? Bound(JsonObject schema, string keyword) =>
        schema[keyword] is { } value && !double.IsNaN(Of(value)) ? Of(value) : null;
}
