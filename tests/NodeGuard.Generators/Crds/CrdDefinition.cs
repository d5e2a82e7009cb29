using System.Reflection;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Schema;

namespace NodeGuard.Generators.Crds;

/// <summary>A CustomResourceDefinition from a model and its attributes.</summary>
internal static class CrdDefinition
{
    public static JsonObject Of<T>(ResourceType<T> type)
        where T : KubeObject => new()
        {
            ["apiVersion"] = "apiextensions.k8s.io/v1",
            ["kind"] = "CustomResourceDefinition",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{type.Plural}.{type.Group}",
                ["labels"] = new JsonObject { ["app.kubernetes.io/name"] = "nodeguard", ["app.kubernetes.io/component"] = "crds" },
            },
            ["spec"] = new JsonObject
            {
                ["group"] = type.Group,
                ["names"] = Names(type),
                ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
                ["versions"] = new JsonArray(Version(type)),
            },
        };

    private static JsonObject Names<T>(ResourceType<T> type)
        where T : KubeObject
    {
        var names = new JsonObject { ["categories"] = new JsonArray("nodeguard"), ["kind"] = type.Kind, ["listKind"] = type.Kind + "List", ["plural"] = type.Plural };
        if (typeof(T).GetCustomAttribute<ShortNameAttribute>() is { } shortName)
            names["shortNames"] = new JsonArray(shortName.Name);
        names["singular"] = type.Kind.ToLowerInvariant();
        return names;
    }

    private static JsonObject Version<T>(ResourceType<T> type)
        where T : KubeObject => new()
        {
            ["name"] = type.Version,
            ["served"] = true,
            ["storage"] = true,
            ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
            ["additionalPrinterColumns"] = new JsonArray([.. typeof(T).GetCustomAttributes<ColumnAttribute>().Select(Column)]),
            ["schema"] = new JsonObject { ["openAPIV3Schema"] = SchemaOf.Kind(typeof(T)) },
        };

    private static JsonObject Column(ColumnAttribute column)
    {
        var made = new JsonObject { ["name"] = column.Title, ["type"] = column.Type, ["jsonPath"] = column.Path };
        if (column.Description.Length > 0)
            made["description"] = column.Description;
        if (column.Priority != 0)
            made["priority"] = column.Priority;
        return made;
    }
}
