using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Api;

/// <summary>Where a resource keeps its replicas, for the scale subresource; paths without the leading dot.</summary>
public sealed record ScalePaths(string SpecReplicas, string StatusReplicas, string? LabelSelector);

/// <summary>A column of `kubectl get`.</summary>
/// <param name="Type">`string`, `integer`, `date`, ... of OpenAPI.</param>
/// <param name="Priority">0 always, 1 with `-o wide`.</param>
/// <param name="Cell">The cell's value; null shows as `&lt;none&gt;`. The time is now, for ages.</param>
public sealed record PrinterColumn(
    string Name, string Type, int Priority, string Description, Func<JsonObject, DateTimeOffset, JsonNode?> Cell);

/// <summary>One resource in one version, as discovery names it, and how its objects are kept.</summary>
public sealed record ResourceInfo
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Plural { get; init; }

    public required string Singular { get; init; }

    public required string Kind { get; init; }

    public required bool Namespaced { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public IReadOnlyList<string> Verbs { get; init; } =
        ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Versions and groups that serve the same objects share one; by default `plural.group`.</summary>
    public string StorageKey
    {
        get => field ?? GroupResource;
        init;
    }

    /// <summary>Of the API server itself: false for custom resources.</summary>
    public bool BuiltIn { get; init; } = true;

    public bool HasStatus { get; init; }

    public ScalePaths? Scale { get; init; }

    public ResourceStrategy Strategy { get; init; } = ResourceStrategy.Default;

    /// <summary>Other subresources by name: `eviction`, `token`, `log`, ...</summary>
    public IReadOnlyDictionary<string, Subresource> Subresources { get; init; } =
        new Dictionary<string, Subresource>(StringComparer.Ordinal);

    /// <summary>Answers every create and stores nothing, as the access reviews do.</summary>
    public Func<Cluster, ApiRequest, JsonObject, ApiResult>? Review { get; init; }

    /// <summary>Between the stored and this version; null when they are the same but for apiVersion and kind.</summary>
    public Func<JsonObject, JsonObject>? FromStorage { get; init; }

    public Func<JsonObject, JsonObject>? ToStorage { get; init; }

    /// <summary>Fields for field selectors, besides metadata.name and metadata.namespace.</summary>
    public IReadOnlyDictionary<string, Func<JsonObject, string>> SelectableFields { get; init; } =
        new Dictionary<string, Func<JsonObject, string>>(StringComparer.Ordinal);

    public IReadOnlyList<PrinterColumn> Columns { get; init; } = [];

    /// <summary>The OpenAPI v3 schema of the kind; null where any field is taken.</summary>
    public JsonObject? Schema { get; init; }

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>`pods`, `deployments.apps`.</summary>
    public string GroupResource => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>`Pod`, `Deployment.apps`.</summary>
    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string KeyOf(string? @namespace, string name) => StoredObject.KeyOf(Namespaced ? @namespace : null, name);
}

/// <summary>A subresource that is neither status nor scale.</summary>
/// <param name="Kind">The kind that it takes and gives, with its group and version for discovery.</param>
/// <param name="Handle">Gets the parent's request with the body that was sent (null for a GET).</param>
public sealed record Subresource(
    string Group,
    string Version,
    string Kind,
    IReadOnlyList<string> Verbs,
    Func<Cluster, ApiRequest, JsonObject?, ApiResult> Handle);
