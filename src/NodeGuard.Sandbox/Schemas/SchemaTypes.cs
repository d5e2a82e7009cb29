using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Schemas;

/// <summary>The types of a custom resource, from its schema.</summary>
internal static class SchemaTypes
{
    private static readonly ConditionalWeakTable<JsonObject, FieldType> Known = [];

    /// <summary>With the metadata that every kind has, which schemas leave out.</summary>
    public static FieldType OfKind(JsonObject schema) => Known.GetValue(schema, static s =>
    {
        FieldType type = Of(s);
        if (type.Shape != FieldShape.Struct)
            return type;
        FieldType meta = BuiltInTypes.Of("v1", "ConfigMap")!.Child("metadata")!;
        type.Struct!.Fields["metadata"] = meta;
        type.Struct.Fields.TryAdd("apiVersion", new FieldType(FieldShape.Text));
        type.Struct.Fields.TryAdd("kind", new FieldType(FieldShape.Text));
        return type;
    });

    private static FieldType Of(JsonNode? schema)
    {
        if (schema.Flag("x-kubernetes-int-or-string") == true)
            return new FieldType(FieldShape.IntOrString);
        return schema.Text("type") switch
        {
            "string" => new FieldType(FieldShape.Text),
            "integer" => new FieldType(FieldShape.Integer),
            "number" => new FieldType(FieldShape.Number),
            "boolean" => new FieldType(FieldShape.Flag),
            "array" => new FieldType(FieldShape.List)
            {
                Item = Of(schema.At("items")),
                Keys = schema.Text("x-kubernetes-list-type") == "map"
                    ? [.. schema.Items("x-kubernetes-list-map-keys").Select(k => k.Text() ?? "").Order(StringComparer.Ordinal)]
                    : [],
                IsSet = schema.Text("x-kubernetes-list-type") == "set",
            },
            "object" => Object(schema),
            _ => FieldType.Anything,
        };
    }

    private static FieldType Object(JsonNode? schema)
    {
        bool atomic = schema.Text("x-kubernetes-map-type") == "atomic";
        if (schema.Child("additionalProperties") is { } values)
            return new FieldType(FieldShape.Map) { Item = Of(values), IsAtomic = atomic };
        if (schema.Child("properties") is not { } properties || schema.Flag("x-kubernetes-preserve-unknown-fields") == true)
            return FieldType.Anything;
        var fields = new StructType("", atomic);
        foreach ((string name, JsonNode? property) in properties)
            fields.Fields[name] = Of(property);
        return new FieldType(FieldShape.Struct) { Struct = fields };
    }
}
