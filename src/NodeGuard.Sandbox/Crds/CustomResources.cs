using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Crds;

/// <summary>What a definition makes the server serve.</summary>
internal static class CustomResources
{
    /// <summary>One resource for each served version; none until the names are accepted.</summary>
    public static IEnumerable<ResourceInfo> Of(JsonObject crd)
    {
        if (!CrdVersions.Is(crd, "Established"))
            return [];
        string storage = CrdVersions.StorageVersion(crd);
        return CrdVersions.Of(crd).Where(v => v.IsServed()).Select(v => Version(crd, v, storage));
    }

    private static ResourceInfo Version(JsonObject crd, JsonObject version, string storage)
    {
        JsonObject names = crd.Child("status", "acceptedNames")!;
        JsonObject schema = version.Schema() ?? [];
        string group = crd.Text("spec", "group")!;
        string name = version.Text("name")!;
        bool converts = name != storage;
        bool several = CrdVersions.Of(crd).Skip(1).Any();
        JsonObject stored = CrdVersions.Of(crd).FirstOrDefault(v => v.IsStorage())?.Schema() ?? [];
        JsonObject? scale = version.Child("subresources", "scale");
        return new ResourceInfo
        {
            Group = group,
            Version = name,
            Plural = names.Text("plural")!,
            Singular = names.Text("singular")!,
            Kind = names.Text("kind")!,
            Namespaced = crd.Text("spec", "scope") == "Namespaced",
            ShortNames = [.. names.Items("shortNames").Select(n => n.Text()!)],
            Categories = [.. names.Items("categories").Select(n => n.Text()!)],
            BuiltIn = false,
            HasStatus = version.Child("subresources", "status") is not null,
            Scale = scale is null ? null : new ScalePaths(
                Path(scale, "specReplicasPath")!, Path(scale, "statusReplicasPath")!, Path(scale, "labelSelectorPath")),
            Strategy = new CustomResourceStrategy(schema, crd.At("metadata", "deletionTimestamp") is not null),
            Columns = CrdColumns.Of(version),
            SelectableFields = Selectable(version),
            Schema = schema,
            ToStorage = converts ? value => Versioned(value, $"{group}/{storage}") : null,
            FromStorage = several || SchemaDefaults.AnyIn(stored) ? value => Shown(value, $"{group}/{name}", stored) : null,
        };
    }

    private static string? Path(JsonObject scale, string field) => scale.Text(field)?.TrimStart('.');

    private static Dictionary<string, Func<JsonObject, string>> Selectable(JsonObject version)
    {
        var fields = new Dictionary<string, Func<JsonObject, string>>(StringComparer.Ordinal);
        foreach (JsonNode? field in version.Items("selectableFields"))
        {
            if (field.Text("jsonPath") is { } text && JsonPath.Parse(text) is { } path)
                fields[text.TrimStart('.')] = value => path.Find(value).FirstOrDefault() is { } found ? found.Text() ?? found.ToJsonString() : "";
        }

        return fields;
    }

    private static JsonObject Versioned(JsonObject value, string apiVersion)
    {
        JsonObject versioned = value.Clone();
        versioned["apiVersion"] = apiVersion;
        return versioned;
    }

    /// <summary>What is read is pruned and defaulted by the schema of the storage version, whichever version is asked for.</summary>
    private static JsonObject Shown(JsonObject value, string apiVersion, JsonObject schema)
    {
        JsonObject shown = Versioned(value, apiVersion);
        SchemaPruning.PruneObject(shown, schema);
        SchemaDefaults.Apply(shown, schema);
        return shown;
    }
}
