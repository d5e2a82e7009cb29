using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Generators.Crds;

/// <summary>The structural OpenAPI v3 schema of a model.</summary>
internal static class SchemaOf
{
    private static readonly JsonNamingPolicy Naming = JsonNamingPolicy.CamelCase;

    /// <summary>Of a whole object; its apiVersion, kind and metadata are the server's.</summary>
    public static JsonObject Kind(Type kind)
    {
        JsonObject schema = Object(kind);
        schema["description"] = Summaries.Of(kind);
        var properties = (JsonObject)schema["properties"]!;
        properties["apiVersion"] = new JsonObject { ["type"] = "string" };
        properties["kind"] = new JsonObject { ["type"] = "string" };
        properties["metadata"] = new JsonObject { ["type"] = "object" };
        return schema;
    }

    private static JsonObject Object(Type type)
    {
        // The fields that every object has are the server's.
        PropertyInfo[] fields = [.. type.GetProperties()
            .Where(p => p.Name != nameof(WireObject.Unknown) && p.DeclaringType != typeof(KubeObject))];
        var schema = new JsonObject { ["type"] = "object" };
        string[] required = [.. fields.Where(f => f.IsDefined(typeof(MustBeSetAttribute))).Select(NameOf)];
        if (required.Length > 0)
            schema["required"] = new JsonArray([.. required.Select(r => (JsonNode)r)]);
        schema["properties"] = new JsonObject(fields.Select(f => KeyValuePair.Create<string, JsonNode?>(NameOf(f), Field(f))));
        AddRules(schema, type.GetCustomAttributes<RuleAttribute>());
        return schema;
    }

    private static string NameOf(PropertyInfo field) =>
        field.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Naming.ConvertName(field.Name);

    private static JsonObject Field(PropertyInfo field)
    {
        Type type = Nullable.GetUnderlyingType(field.PropertyType) ?? field.PropertyType;
        JsonObject schema = type.IsGenericType && typeof(IList).IsAssignableFrom(type)
            ? List(field, type.GetGenericArguments()[0])
            : Value(field, type);
        schema["description"] = Summaries.Of(field);
        if (field.GetCustomAttribute<FilledWithAttribute>() is { Value: var value })
            schema["default"] = value is FilledWithAttribute.Defaults ? DefaultsIn(schema) : JsonSerializer.SerializeToNode(value);
        AddRules(schema, field.GetCustomAttributes<RuleAttribute>());
        return schema;
    }

    // A default is checked by the rules before the defaults of its fields are filled in: so they are all in it.
    private static JsonObject DefaultsIn(JsonObject schema) => new(schema["properties"]!.AsObject()
        .Where(p => p.Value!["default"] is not null)
        .Select(p => KeyValuePair.Create(p.Key, p.Value!["default"]?.DeepClone())));

    private static JsonObject List(PropertyInfo field, Type item)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Value(field, item, bounded: false) };
        if (field.GetCustomAttribute<MergedByAttribute>() is { } merged)
        {
            schema["x-kubernetes-list-type"] = "map";
            schema["x-kubernetes-list-map-keys"] = new JsonArray([.. merged.Fields.Select(f => (JsonNode)f)]);
        }
        else
        {
            schema["x-kubernetes-list-type"] = field.IsDefined(typeof(MergedAsSetAttribute)) ? "set" : "atomic";
        }

        AddBounds(schema, field, "minItems", "maxItems");
        return schema;
    }

    private static JsonObject Value(PropertyInfo field, Type type, bool bounded = true)
    {
        if (KnownSchemas.Of(type) is { } known)
            return known;
        if (typeof(WireObject).IsAssignableFrom(type))
            return Object(type);
        JsonObject schema = Scalar(type);
        if (field.GetCustomAttribute<WordsAttribute>() is { Words: var words })
            schema["enum"] = new JsonArray([.. Enum.GetNames(words).Select(w => (JsonNode)w)]);
        if (field.GetCustomAttribute<ShapeAttribute>() is { Shape: var shape })
            TextShapes.Add(schema, shape);
        if (bounded)
            AddBounds(schema, field, type == typeof(string) ? "minLength" : "minimum", type == typeof(string) ? "maxLength" : "maximum");
        return schema;
    }

    private static JsonObject Scalar(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.String => new JsonObject { ["type"] = "string" },
        TypeCode.Boolean => new JsonObject { ["type"] = "boolean" },
        TypeCode.Int32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        TypeCode.Int64 => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        _ => throw new NotSupportedException($"no schema for {type}"),
    };

    private static void AddBounds(JsonObject schema, PropertyInfo field, string least, string most)
    {
        if (field.GetCustomAttribute<BoundsAttribute>() is not { } bounds)
            return;
        if (bounds.Min >= 0)
            schema[least] = bounds.Min;
        if (bounds.Max >= 0)
            schema[most] = bounds.Max;
    }

    private static void AddRules(JsonObject schema, IEnumerable<RuleAttribute> rules)
    {
        JsonNode[] all = [.. rules.Select(r => new JsonObject { ["rule"] = r.Expression, ["message"] = r.Message })];
        if (all.Length == 0)
            return;
        if (schema["x-kubernetes-validations"] is JsonArray there)
        {
            foreach (JsonNode rule in all)
                there.Add(rule);
        }
        else
        {
            schema["x-kubernetes-validations"] = new JsonArray(all);
        }
    }
}
