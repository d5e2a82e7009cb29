using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>The documents by which clients find what is served: groups, resources, version, OpenAPI.</summary>
internal sealed class Discovery(Cluster cluster)
{
    public const string GitVersion = "v1.36.2-nodeguard-sandbox";

    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    public static bool IsProbe(string path) =>
        path is "/healthz" or "/livez" or "/readyz" or "/healthz/ping" or "/livez/ping" or "/readyz/ping";

    /// <summary>Null when the path is none of these.</summary>
    public (byte[] Body, string Type)? Answer(HttpRequest request)
    {
        string[] parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        bool aggregated = request.Headers.Accept.ToString().Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal)
            && request.Headers.Accept.ToString().Contains("v=v2;", StringComparison.Ordinal);
        JsonObject? document = parts switch
        {
            ["version"] => Version(),
            ["api"] when aggregated => AggregatedGroups(core: true),
            ["apis"] when aggregated => AggregatedGroups(core: false),
            ["api"] => CoreVersions(request),
            ["apis"] => Groups(),
            ["api", var version] => Resources("", version),
            ["apis", var group] => Group(group),
            ["apis", var group, var version] => Resources(group, version),
            ["openapi", ..] => OpenApi.Document(cluster.Resources, parts),
            [] => Paths(),
            _ => null,
        };
        if (document is null)
            return null;
        string type = aggregated && parts.Length == 1 && parts[0] != "version" ? Aggregated : "application/json";
        return (JsonText.Utf8(document), type);
    }

    private static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = GitVersion,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "none",
        ["platform"] = "linux/amd64",
    };

    private static JsonObject CoreVersions(HttpRequest request) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(
            new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = request.Host.Value }),
    };

    private static JsonObject GroupVersion(string group, string version) =>
        new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };

    private JsonObject Paths() => new()
    {
        ["paths"] = new JsonArray(
        [
            "/api", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
            .. cluster.Resources.All.Where(r => r.Group.Length > 0).Select(r => $"/apis/{r.ApiVersion}").Distinct()
                .Order(StringComparer.Ordinal).Select(p => (JsonNode)p),
        ]),
    };

    private IEnumerable<(string Group, string[] Versions)> AllGroups() => cluster.Resources.All
        .Where(r => r.Group.Length > 0)
        .GroupBy(r => r.Group, StringComparer.Ordinal)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => (g.Key, g.Select(r => r.Version).Distinct().Order(ByVersion.Instance).ToArray()));

    private JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. AllGroups().Select(g => (JsonNode)GroupJson(g.Group, g.Versions))]),
    };

    private JsonObject? Group(string name)
    {
        (string Group, string[] Versions) found = AllGroups().FirstOrDefault(g => g.Group == name);
        if (found.Group is null)
            return null;
        JsonObject json = GroupJson(found.Group, found.Versions);
        json["kind"] = "APIGroup";
        json["apiVersion"] = "v1";
        return json;
    }

    private static JsonObject GroupJson(string group, string[] versions) => new()
    {
        ["name"] = group,
        ["versions"] = new JsonArray([.. versions.Select(v => (JsonNode)GroupVersion(group, v))]),
        ["preferredVersion"] = GroupVersion(group, versions[0]),
    };

    private IEnumerable<ResourceInfo> Of(string group, string version) => cluster.Resources.All
        .Where(r => r.Group == group && r.Version == version)
        .OrderBy(r => r.Plural, StringComparer.Ordinal);

    private JsonObject? Resources(string group, string version)
    {
        ResourceInfo[] all = [.. Of(group, version)];
        if (all.Length == 0)
            return null;
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = all[0].ApiVersion,
            ["resources"] = new JsonArray([.. all.SelectMany(ResourceJson)]),
        };
    }

    private static IEnumerable<JsonNode> ResourceJson(ResourceInfo resource)
    {
        var json = new JsonObject
        {
            ["name"] = resource.Plural,
            ["singularName"] = resource.Singular,
            ["namespaced"] = resource.Namespaced,
            ["kind"] = resource.Kind,
            ["verbs"] = Texts(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
            json["shortNames"] = Texts(resource.ShortNames);
        if (resource.Categories.Count > 0)
            json["categories"] = Texts(resource.Categories);
        if (resource.Review is null)
            json["storageVersionHash"] = StorageHash(resource);
        yield return json;
        foreach ((string name, string group, string version, string kind, IReadOnlyList<string> verbs) in Subresources(resource))
        {
            var sub = new JsonObject
            {
                ["name"] = $"{resource.Plural}/{name}",
                ["singularName"] = "",
                ["namespaced"] = resource.Namespaced,
                ["kind"] = kind,
                ["verbs"] = Texts(verbs),
            };
            if (group != resource.Group || version != resource.Version)
            {
                sub["group"] = group;
                sub["version"] = version;
            }

            yield return sub;
        }
    }

    private static IEnumerable<(string Name, string Group, string Version, string Kind, IReadOnlyList<string> Verbs)> Subresources(
        ResourceInfo resource)
    {
        string[] verbs = ["get", "patch", "update"];
        if (resource.Scale is not null)
            yield return ("scale", "autoscaling", "v1", "Scale", verbs);
        if (resource.HasStatus)
            yield return ("status", resource.Group, resource.Version, resource.Kind, verbs);
        foreach ((string name, Subresource sub) in resource.Subresources)
            yield return (name, sub.Group, sub.Version, sub.Kind, sub.Verbs);
    }

    private JsonObject AggregatedGroups(bool core)
    {
        IEnumerable<(string Group, string[] Versions)> groups = core ? [("", ["v1"])] : AllGroups();
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups.Select(g => (JsonNode)new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = g.Group, ["creationTimestamp"] = null },
                ["versions"] = new JsonArray([.. g.Versions.Select(v => (JsonNode)new JsonObject
                {
                    ["version"] = v,
                    ["resources"] = new JsonArray([.. Of(g.Group, v).Select(AggregatedResource)]),
                    ["freshness"] = "Current",
                })]),
            })]),
        };
    }

    private static JsonNode AggregatedResource(ResourceInfo resource)
    {
        var json = new JsonObject
        {
            ["resource"] = resource.Plural,
            ["responseKind"] = Kind(resource.Group, resource.Version, resource.Kind),
            ["scope"] = resource.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = resource.Singular,
            ["verbs"] = Texts(resource.Verbs),
        };
        if (resource.ShortNames.Count > 0)
            json["shortNames"] = Texts(resource.ShortNames);
        if (resource.Categories.Count > 0)
            json["categories"] = Texts(resource.Categories);
        JsonNode[] subresources =
        [
            .. Subresources(resource).Select(s => new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = Kind(s.Group, s.Version, s.Kind),
                ["verbs"] = Texts(s.Verbs),
            }),
        ];
        if (subresources.Length > 0)
            json["subresources"] = new JsonArray(subresources);
        return json;
    }

    private static JsonObject Kind(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private static string StorageHash(ResourceInfo resource) => Convert.ToBase64String(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(resource.StorageKey)).AsSpan(0, 8));
}

/// <summary>v1 before v1beta1 before v1alpha1, higher numbers first.</summary>
internal sealed class ByVersion : IComparer<string>
{
    public static readonly ByVersion Instance = new();

    public int Compare(string? x, string? y)
    {
        int stability = Stability(x!).CompareTo(Stability(y!));
        return stability != 0 ? stability : string.CompareOrdinal(y, x);
    }

    private static int Stability(string version) =>
        version.Contains("alpha", StringComparison.Ordinal) ? 2 : version.Contains("beta", StringComparison.Ordinal) ? 1 : 0;
}
