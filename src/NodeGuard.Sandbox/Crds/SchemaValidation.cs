using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>
/// Checks a value against a structural schema, in the server's words. What an update leaves as it was is not checked
/// again (ratcheting). CEL rules are not looked at.
/// </summary>
public static class SchemaValidation
{
    /// <param name="path">Of the value within its object: empty for the object itself.</param>
    /// <param name="old">The value before an update; null for a creation.</param>
    public static IEnumerable<FieldError> Validate(string path, JsonNode? value, JsonObject schema, JsonNode? old = null)
    {
        if (old is not null && JsonNode.DeepEquals(value, old))
            return [];
        IEnumerable<FieldError> own = [.. TypeErrors(path, value, schema), .. EnumErrors(path, value, schema)];
        if (value is null)
            return own;
        return
        [
            .. own, .. SchemaJunctors.Errors(path, value, schema),
            .. value switch
            {
                JsonObject map => ObjectErrors(path, map, schema, old as JsonObject),
                JsonArray list => ListErrors(path, list, schema, old as JsonArray),
                _ => ScalarErrors(path, value, schema),
            },
        ];
    }

    public static string Join(string path, string field) => path.Length == 0 ? field : $"{path}.{field}";

    private static IEnumerable<FieldError> TypeErrors(string path, JsonNode? value, JsonObject schema)
    {
        string[] types = schema.Flag("x-kubernetes-int-or-string") == true ? ["integer", "string"]
            : schema.Text("type") is { Length: > 0 } type ? [type]
            : [];
        if (types.Length == 0)
            yield break;
        string found = SchemaNumbers.TypeOf(value);
        bool fits = value is null
            ? schema.Flag("nullable") == true
            : types.Contains(found) || (found == "integer" && types.Contains("number"));
        if (!fits)
            yield return Mistyped(path, found, string.Join(',', types));
    }

    private static IEnumerable<FieldError> EnumErrors(string path, JsonNode? value, JsonObject schema)
    {
        if (schema["enum"] is JsonArray { Count: > 0 } allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
            yield return FieldError.UnsupportedInOrder(path, value, allowed.Select(a => a.Text() ?? a?.ToJsonString() ?? "null"));
    }

    private static FieldError Mistyped(string path, string found, string wanted) =>
        FieldError.TypeInvalid(path, found, $"{path} in body must be of type {wanted}: \"{found}\"");

    private static IEnumerable<FieldError> ScalarErrors(string path, JsonNode value, JsonObject schema) =>
        value.Text() is { } text ? StringErrors(path, text, schema) : NumberErrors(path, value, schema);

    private static IEnumerable<FieldError> StringErrors(string path, string text, JsonObject schema)
    {
        long length = text.EnumerateRunes().LongCount();
        if (schema.Number("maxLength") is { } max && length > max)
            yield return FieldError.TooLong(path, (int)max);
        else if (schema.Number("minLength") is { } min && length < min)
            yield return Wrong(path, text, $"should be at least {min} chars long");
        else if (schema.Text("pattern") is { Length: > 0 } pattern && SchemaRegex.Compile(pattern)?.IsMatch(text) == false)
            yield return Wrong(path, text, $"should match '{pattern}'");
        if (schema.Text("format") is { Length: > 0 } format && !SchemaFormats.Accepts(format, text))
            yield return Mistyped(path, text, format);
    }

    private static IEnumerable<FieldError> NumberErrors(string path, JsonNode value, JsonObject schema)
    {
        double number = SchemaNumbers.Of(value);
        if (double.IsNaN(number))
            yield break;
        if (schema.Text("type") == "integer" && Math.Floor(number) != number)
            yield return FieldError.Invalid("<nil>", "", $"Checked value must be of type integer (default format) in {path}");
        if (schema.Text("format") == "int32" && schema.Text("type") == "integer" && number is > int.MaxValue or < int.MinValue)
        {
            yield return FieldError.Invalid(
                "<nil>", "", $"Checked value must be of type integer with format int32 in {path}");
        }

        if (SchemaNumbers.Bound(schema, "multipleOf") is { } factor && Math.Floor(number / factor) != number / factor)
            yield return Wrong(path, value, $"should be a multiple of {SchemaNumbers.Show(factor)}");
        bool below = schema.Flag("exclusiveMaximum") == true;
        if (SchemaNumbers.Bound(schema, "maximum") is { } max && (below ? number >= max : number > max))
            yield return Wrong(path, value, $"should be less than {(below ? "" : "or equal to ")}{SchemaNumbers.Show(max)}");
        bool above = schema.Flag("exclusiveMinimum") == true;
        if (SchemaNumbers.Bound(schema, "minimum") is { } min && (above ? number <= min : number < min))
            yield return Wrong(path, value, $"should be greater than {(above ? "" : "or equal to ")}{SchemaNumbers.Show(min)}");
    }

    private static IEnumerable<FieldError> ObjectErrors(string path, JsonObject map, JsonObject schema, JsonObject? old)
    {
        if (schema.Number("minProperties") is { } min && map.Count < min)
            yield return Wrong(path, map.Count, $"should have at least {min} properties");
        if (schema.Number("maxProperties") is { } max && map.Count > max)
            yield return TooMany(path, map.Count, max);
        foreach ((string key, JsonNode? value) in map)
        {
            if ((schema.Child("properties", key) ?? schema["additionalProperties"] as JsonObject) is not { } inner)
                continue;
            foreach (FieldError error in Validate(Join(path, key), value, inner, old?[key]))
                yield return error;
        }

        foreach (JsonNode? required in schema.Items("required"))
        {
            if (required.Text() is { } field && !map.ContainsKey(field))
                yield return FieldError.Required(Join(path, field));
        }

        if (schema.Flag("x-kubernetes-embedded-resource") == true)
        {
            foreach (FieldError error in EmbeddedErrors(path, map))
                yield return error;
        }
    }

    private static IEnumerable<FieldError> EmbeddedErrors(string path, JsonObject map)
    {
        foreach (string field in (string[])["apiVersion", "kind"])
        {
            if (map.Text(field) is not { Length: > 0 })
                yield return FieldError.Required(Join(path, field), "must not be empty");
        }
    }

    private static IEnumerable<FieldError> ListErrors(string path, JsonArray list, JsonObject schema, JsonArray? old)
    {
        if (schema.Number("minItems") is { } min && list.Count < min)
            yield return Wrong(path, list.Count, $"should have at least {min} items");
        if (schema.Number("maxItems") is { } max && list.Count > max)
            yield return TooMany(path, list.Count, max);
        if (schema["items"] is JsonObject items)
        {
            for (int i = 0; i < list.Count; i++)
            {
                JsonNode? before = SchemaLists.Counterpart(list[i], schema, old);
                foreach (FieldError error in Validate($"{path}[{i}]", list[i], items, before))
                    yield return error;
            }
        }

        foreach (FieldError error in SchemaLists.Duplicates(path, list, schema))
            yield return error;
    }

    private static FieldError Wrong(string path, JsonNode? value, string why) =>
        FieldError.Invalid(path, value, $"{path} in body {why}");

    private static FieldError TooMany(string path, int count, long max) =>
        new(path, "FieldValueTooMany", $"Too many: {count}: must have at most {max} items");
}
