using System.Text.Json.Nodes;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>Built-in types as schemas of OpenAPI 3.</summary>
internal static class OpenApiTypes
{
    /// <summary>Puts a type's fields into its schema, and the types that it refers to among the others.</summary>
    public static void AddFields(JsonObject schema, StructType type, JsonObject schemas)
    {
        var properties = new JsonObject();
        schema["type"] = "object";
        schema["properties"] = properties;
        string[] required = [.. type.Fields.Where(f => f.Value.IsRequired).Select(f => f.Key)];
        if (required.Length > 0)
            schema["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        foreach ((string name, FieldType field) in type.Fields)
        {
            JsonObject property = Of(field, schemas);
            if (field.Keys.Count > 0)
            {
                property["x-kubernetes-list-type"] = "map";
                property["x-kubernetes-list-map-keys"] = new JsonArray([.. field.Keys.Select(k => (JsonNode)k)]);
            }

            properties[name] = property;
        }
    }

    private static JsonObject Of(FieldType type, JsonObject schemas) => type.Shape switch
    {
        FieldShape.Struct => Reference(type.Struct!, schemas),
        FieldShape.List => new JsonObject { ["type"] = "array", ["items"] = Of(type.Item!, schemas) },
        FieldShape.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(type.Item!, schemas) },
        FieldShape.Integer => new JsonObject { ["type"] = "integer" },
        FieldShape.Number => new JsonObject { ["type"] = "number" },
        FieldShape.Flag => new JsonObject { ["type"] = "boolean" },
        FieldShape.Any => new JsonObject { ["type"] = "object" },
        FieldShape.Time or FieldShape.MicroTime => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        FieldShape.Bytes => new JsonObject { ["type"] = "string", ["format"] = "byte" },
        FieldShape.IntOrString => new JsonObject { ["type"] = "string", ["format"] = "int-or-string" },
        _ => new JsonObject { ["type"] = "string" },
    };

    private static JsonObject Reference(StructType type, JsonObject schemas)
    {
        string name = type.Name.StartsWith("meta.", StringComparison.Ordinal) ? $"io.k8s.apimachinery.pkg.apis.{type.Name}" : $"io.k8s.api.{type.Name}";
        if (!schemas.ContainsKey(name))
        {
            var schema = new JsonObject();
            schemas[name] = schema;
            AddFields(schema, type, schemas);
        }

        return new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{name}" }) };
    }
}
