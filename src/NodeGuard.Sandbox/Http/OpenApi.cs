using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Http;

/// <summary>
/// As much of the OpenAPI documents as `kubectl apply` and `diff` read: which kinds there are, and that their requests
/// take fieldValidation and dryRun. In version 3 also the fields, for `kubectl explain`; without descriptions for built-in kinds.
/// </summary>
internal static class OpenApi
{
    public static JsonObject? Document(ResourceRegistry resources, string[] parts) => parts switch
    {
        ["openapi", "v2"] => V2(resources),
        ["openapi", "v3"] => V3Index(resources),
        ["openapi", "v3", "api", var version] => V3(resources, "", version),
        ["openapi", "v3", "apis", var group, var version] => V3(resources, group, version),
        _ => null,
    };

    private static JsonObject Info() => new() { ["title"] = "Kubernetes", ["version"] = Discovery.GitVersion };

    private static JsonObject V2(ResourceRegistry resources)
    {
        var definitions = new JsonObject();
        var paths = new JsonObject();
        foreach (ResourceInfo resource in Stored(resources))
        {
            definitions[Name(resource)] = Schema(resource);
            paths[Path(resource)] = new JsonObject { ["patch"] = Operation(resource, v3: false) };
        }

        return new JsonObject { ["swagger"] = "2.0", ["info"] = Info(), ["paths"] = paths, ["definitions"] = definitions };
    }

    private static JsonObject V3Index(ResourceRegistry resources)
    {
        var paths = new JsonObject();
        foreach (string path in Stored(resources).Select(Prefix).Distinct().Order(StringComparer.Ordinal))
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
        return new JsonObject { ["paths"] = paths };
    }

    private static JsonObject? V3(ResourceRegistry resources, string group, string version)
    {
        ResourceInfo[] all = [.. Stored(resources).Where(r => r.Group == group && r.Version == version)];
        if (all.Length == 0)
            return null;
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (ResourceInfo resource in all)
        {
            schemas[Name(resource)] = Schema(resource);
            paths[Path(resource)] = new JsonObject { ["patch"] = Operation(resource, v3: true) };
            if (resource.BuiltIn && BuiltInTypes.Of(resource).Struct is { } type)
                OpenApiTypes.AddFields((JsonObject)schemas[Name(resource)]!, type, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = Info(),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static IEnumerable<ResourceInfo> Stored(ResourceRegistry resources) => resources.All
        .Where(r => r.Review is null)
        .OrderBy(r => r.ApiVersion, StringComparer.Ordinal).ThenBy(r => r.Plural, StringComparer.Ordinal);

    private static string Prefix(ResourceInfo resource) =>
        resource.Group.Length == 0 ? $"api/{resource.Version}" : $"apis/{resource.ApiVersion}";

    private static string Path(ResourceInfo resource) =>
        $"/{Prefix(resource)}/{(resource.Namespaced ? "namespaces/{namespace}/" : "")}{resource.Plural}/{{name}}";

    private static string Name(ResourceInfo resource) => resource.Group.Length == 0
        ? $"io.k8s.api.core.{resource.Version}.{resource.Kind}"
        : $"{string.Join('.', resource.Group.Split('.').Reverse())}.{resource.Version}.{resource.Kind}";

    private static JsonObject Schema(ResourceInfo resource)
    {
        JsonObject schema = resource.BuiltIn
            ? new JsonObject { ["type"] = "object" }
            : (JsonObject?)resource.Schema?.DeepClone() ?? new JsonObject { ["type"] = "object" };
        schema["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(resource));
        return schema;
    }

    private static JsonObject GroupVersionKind(ResourceInfo resource) =>
        new() { ["group"] = resource.Group, ["version"] = resource.Version, ["kind"] = resource.Kind };

    private static JsonObject Operation(ResourceInfo resource, bool v3)
    {
        string[] types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
        var operation = new JsonObject
        {
            ["x-kubernetes-action"] = "patch",
            ["x-kubernetes-group-version-kind"] = GroupVersionKind(resource),
            ["parameters"] = new JsonArray([.. ((string[])["dryRun", "fieldManager", "fieldValidation", "force"])
                .Select(p => v3
                    ? new JsonObject { ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } }
                    : new JsonObject { ["name"] = p, ["in"] = "query", ["type"] = "string" })]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
        };
        if (v3)
        {
            var content = new JsonObject();
            foreach (string type in types)
                content[type] = new JsonObject();
            operation["requestBody"] = new JsonObject { ["content"] = content };
        }
        else
        {
            operation["consumes"] = new JsonArray([.. types.Select(t => (JsonNode)t)]);
        }

        return operation;
    }
}
