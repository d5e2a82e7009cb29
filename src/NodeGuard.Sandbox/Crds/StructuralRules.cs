using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>What a schema must be to be structural: every field with a type, and no types within the junctors.</summary>
public static class StructuralRules
{
    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    private static readonly string[] Unsupported =
        ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"];

    private static readonly (string Keyword, string Rule)[] ForbiddenInJunctors =
    [
        ("type", "must be empty to be structural"),
        ("additionalProperties", "must be undefined to be structural"),
        ("default", "must be undefined to be structural"),
        ("title", "must be empty to be structural"),
        ("description", "must be empty to be structural"),
        ("nullable", "must be false to be structural"),
        ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"),
        ("x-kubernetes-embedded-resource", "must be false to be structural"),
        ("x-kubernetes-int-or-string", "must be false to be structural"),
        ("x-kubernetes-list-map-keys", "must be empty to be structural"),
        ("x-kubernetes-list-type", "must be undefined to be structural"),
        ("x-kubernetes-map-type", "must be undefined to be structural"),
    ];

    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <param name="path">Of the schema within the CRD.</param>
    /// <param name="schema">The schema of a whole object.</param>
    public static IReadOnlyList<FieldError> Check(string path, JsonObject schema)
    {
        List<FieldError> errors = [.. Invariants(path, schema, Level.Root), .. Keywords(path, schema)];
        if (errors.Count == 0)
            errors.AddRange(Defaults(path, schema));
        return [.. errors.OrderBy(e => $"{e.Path}: {e.Message}", StringComparer.Ordinal)];
    }

    private static IEnumerable<FieldError> Invariants(string path, JsonObject schema, Level level)
    {
        foreach (FieldError error in TypeRules(path, schema, level))
            yield return error;
        foreach ((string inner, JsonObject child, Level at) in Children(path, schema))
        {
            foreach (FieldError error in Invariants(inner, child, at))
                yield return error;
        }

        if (level == Level.Root && schema.ContainsKey("additionalProperties"))
            yield return FieldError.Forbidden($"{path}.additionalProperties", "must not be used at the root");
        foreach (FieldError error in MetadataRules(path, schema, level))
            yield return error;
        foreach (FieldError error in Junctors(path, schema))
            yield return error;
        if (schema.Text("pattern") is { Length: > 0 } pattern && SchemaRegex.Compile(pattern) is null)
        {
            yield return FieldError.Invalid(
                $"{path}.pattern", pattern, "must be a valid regular expression, but isn't");
        }
    }

    private static IEnumerable<(string Path, JsonObject Schema, Level Level)> Children(string path, JsonObject schema)
    {
        if (schema["items"] is JsonObject items)
            yield return ($"{path}.items", items, Level.Item);
        foreach ((string name, JsonNode? property) in schema.Child("properties") ?? [])
        {
            if (property is JsonObject inner)
                yield return ($"{path}.properties[{name}]", inner, Level.Field);
        }

        if (schema["additionalProperties"] is JsonObject additional)
            yield return ($"{path}.additionalProperties", additional, Level.Field);
    }

    private static IEnumerable<FieldError> TypeRules(string path, JsonObject schema, Level level)
    {
        string type = schema.Text("type") ?? "";
        bool embedded = schema.Flag("x-kubernetes-embedded-resource") == true;
        bool untyped = schema.Flag("x-kubernetes-int-or-string") == true
            || schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        if (type == "array" && schema["items"] is null)
            yield return FieldError.Required($"{path}.items", "must be specified");
        if (embedded && type != "object")
        {
            const string MustBeObject = "must be object if x-kubernetes-embedded-resource is true";
            yield return type.Length == 0
                ? FieldError.Required($"{path}.type", MustBeObject)
                : FieldError.Invalid($"{path}.type", type, MustBeObject);
        }
        else if (type.Length == 0 && !untyped)
        {
            yield return FieldError.Required($"{path}.type", level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            });
        }
        else if (level == Level.Root && type.Length > 0 && type != "object")
        {
            yield return FieldError.Invalid($"{path}.type", type, "must be object at the root");
        }
    }

    private static IEnumerable<FieldError> MetadataRules(string path, JsonObject schema, Level level)
    {
        if (level != Level.Root && schema.Flag("x-kubernetes-embedded-resource") != true)
            yield break;
        foreach ((string field, string type) in ((string, string)[])
            [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")])
        {
            if (schema.Child("properties", field) is { } property && property.Text("type") != type)
                yield return FieldError.Invalid($"{path}.properties[{field}].type", property.Text("type") ?? "", $"must be {type}");
        }

        bool more = schema.Child("properties", "metadata") is { } meta
            && (meta.Any(p => p.Key is not ("type" or "properties" or "description"))
                || meta.Texts("properties").Any(p => p.Key is not ("name" or "generateName")));
        if (level == Level.Root && more)
        {
            yield return FieldError.Forbidden(
                $"{path}.properties[metadata]",
                "must not specify anything other than name and generateName, but metadata is implicitly specified");
        }
    }

    private static IEnumerable<FieldError> Junctors(string path, JsonObject schema)
    {
        foreach (string junctor in (string[])["anyOf", "allOf", "oneOf"])
        {
            if (junctor == "anyOf" && IsIntOrString(schema))
                continue;
            int index = 0;
            foreach (JsonNode? branch in schema.Items(junctor))
            {
                string inner = $"{path}.{junctor}[{index++}]";
                if (branch is not JsonObject nested || (junctor == "allOf" && IsIntOrString(nested)))
                    continue;
                foreach (FieldError error in Nested(inner, nested))
                    yield return error;
            }
        }

        if (schema["not"] is JsonObject not)
        {
            foreach (FieldError error in Nested($"{path}.not", not))
                yield return error;
        }
    }

    private static IEnumerable<FieldError> Nested(string path, JsonObject schema)
    {
        foreach ((string keyword, string rule) in ForbiddenInJunctors)
        {
            if (schema[keyword] is { } value && value.Text() is not { Length: 0 } && value.Flag() != false)
                yield return FieldError.Forbidden($"{path}.{keyword}", rule);
        }

        if (schema.Child("properties", "metadata") is not null)
            yield return FieldError.Forbidden($"{path}.properties[metadata]", "must not be specified in a nested context");
        IEnumerable<FieldError> inner = Children(path, schema).Where(c => !c.Path.EndsWith(".additionalProperties", StringComparison.Ordinal))
            .SelectMany(c => Nested(c.Path, c.Schema));
        foreach (FieldError error in inner.Concat(Junctors(path, schema)))
            yield return error;
    }

    private static bool IsIntOrString(JsonObject schema) =>
        schema["anyOf"] is JsonArray { Count: 2 } any
        && any[0] is JsonObject { Count: 1 } && any[1] is JsonObject { Count: 1 }
        && any[0].Text("type") == "integer" && any[1].Text("type") == "string";

    private static IEnumerable<FieldError> Keywords(string path, JsonObject schema)
    {
        if (schema.Text("type") is { Length: > 0 } type && !Types.Contains(type))
            yield return FieldError.Unsupported($"{path}.type", type, Types);
        foreach (string keyword in Unsupported.Where(schema.ContainsKey))
            yield return FieldError.Forbidden($"{path}.{keyword}", $"{keyword} is not supported");
        if (schema["items"] is JsonArray)
            yield return FieldError.Forbidden($"{path}.items", "items must be a schema object and not an array");
        if (schema.Flag("uniqueItems") == true)
            yield return FieldError.Forbidden($"{path}.uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (schema.Child("properties") is not null && schema["additionalProperties"] is not null)
        {
            yield return FieldError.Forbidden(
                $"{path}.additionalProperties", "additionalProperties and properties are mutual exclusive");
        }

        if (schema.Text("x-kubernetes-list-type") == "map" && !schema.Items("x-kubernetes-list-map-keys").Any())
        {
            yield return FieldError.Required(
                $"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        }

        foreach (FieldError error in Children(path, schema).SelectMany(c => Keywords(c.Path, c.Schema)))
            yield return error;
    }

    /// <summary>A default must itself pass the schema, and have no field that would be pruned.</summary>
    private static IEnumerable<FieldError> Defaults(string path, JsonObject schema)
    {
        if (schema["default"] is { } fallback)
        {
            foreach (FieldError error in SchemaValidation.Validate("", fallback, schema))
            {
                string at = error.Path is "" or "<nil>" ? $"{path}.default" : $"{path}.default.{error.Path}";
                yield return error with { Path = at };
            }

            JsonNode copy = fallback.DeepClone();
            if (copy is JsonObject map && SchemaPruning.PruneObject(map, schema) is { Count: > 0 })
                yield return FieldError.Invalid($"{path}.default", fallback, "must not have unknown fields");
        }

        foreach (FieldError error in Children(path, schema).SelectMany(c => Defaults(c.Path, c.Schema)))
            yield return error;
    }
}
