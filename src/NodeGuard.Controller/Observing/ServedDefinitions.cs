using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using NodeGuard.Core.Fleet;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Controller.Observing;

/// <summary>
/// Whether the server's CustomResourceDefinitions have every field that this version writes. What a
/// definition has not, a server refuses or drops: a recycle could not be noted down, and would wait for its time to be over.
/// </summary>
internal sealed partial class ServedDefinitions(IKubeApi api, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private static readonly (string Plural, string Kind, JsonTypeInfo Type, bool IsBook)[] Kinds =
    [
        ("noderecycles", "NodeRecycle", KubeJsonContext.Default.NodeRecycle, true),
        ("fleets", "Fleet", KubeJsonContext.Default.FleetObject, true),
        ("nodepolicies", "NodePolicy", KubeJsonContext.Default.NodePolicy, false),
        ("guardednodes", "GuardedNode", KubeJsonContext.Default.GuardedNode, false),
    ];

    private readonly HashSet<string> _told = [];
    private bool _read;
    private long? _asked;

    /// <summary>Why nothing may be begun: what recycles are noted down in lacks fields. Null when it is whole, and as long as nobody knows.</summary>
    public string? Problem { get; private set; }

    public static string Dropped(string plural, string fields) =>
        $"the CustomResourceDefinition {plural}.{FleetKeys.Group} is older than this controller, and lacks {fields}: run nodeguard install crds";

    /// <summary>Asks once, and again as long as something is wrong.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (_asked is { } asked && ((_read && Problem is null) || time.GetElapsedTime(asked) < Again))
            return;
        _asked = time.GetTimestamp();
        switch (await api.GetPathAsync($"/openapi/v3/apis/{FleetKeys.ApiVersion}", ResourceTypes.Untyped("", "v1", "", "", namespaced: false).Json, cancellation))
        {
            case ApiResult<UntypedObject>.Ok { Value: var document }:
                _read = true;
                Take(document);
                break;
            case ApiResult<UntypedObject>.Failed { Failure: var failure }:
                // Before anything is asked of a machine, what was written is looked at all the same.
                NotRead(log, failure.Message);
                break;
        }
    }

    /// <summary>The server has refused what it took before: asks anew at the next look.</summary>
    public void Doubt() => (_read, _asked) = (false, null);

    private void Take(UntypedObject document)
    {
        string? before = Problem;
        Problem = null;
        foreach (var (plural, kind, type, isBook) in Kinds)
        {
            if (SchemaOf(document, kind) is not { } schema)
                continue;
            var lacking = new List<string>();
            Compare(type, schema, string.Empty, lacking);
            if (lacking.Count == 0)
                continue;
            string problem = Dropped(plural, lacking.Count <= 3 ? string.Join(", ", lacking) : $"{string.Join(", ", lacking.Take(3))} and {lacking.Count - 3} more fields");
            if (isBook)
                Problem ??= problem;
            if (_told.Add(problem))
                IsOlder(log, problem);
        }

        if (before is not null && Problem is null)
        {
            _told.Clear();
            IsWhole(log);
        }
    }

    private static JsonElement? SchemaOf(UntypedObject document, string kind)
    {
        if (document.Unknown?.GetValueOrDefault("components") is not { ValueKind: JsonValueKind.Object } components
            || !components.TryGetProperty("schemas", out JsonElement schemas))
        {
            return null;
        }

        foreach (JsonProperty schema in schemas.EnumerateObject())
        {
            if (schema.Name.EndsWith('.' + kind, StringComparison.Ordinal))
                return schema.Value;
        }

        return null;
    }

    /// <summary>Adds the fields of the type that the schema has not, the outermost of each only.</summary>
    private static void Compare(JsonTypeInfo type, JsonElement schema, string at, List<string> lacking)
    {
        // What lists and maps hold is described one level below.
        if (type.Kind == JsonTypeInfoKind.Enumerable)
        {
            if (schema.TryGetProperty("items", out JsonElement items) && Known(type.ElementType) is { } element)
                Compare(element, items, at + "[]", lacking);
            return;
        }

        // A condition of a Node has more than those of our kinds.
        if (type.Kind != JsonTypeInfoKind.Object || type.Type == typeof(Condition) || !schema.TryGetProperty("properties", out JsonElement fields))
            return;
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.IsExtensionData || (at.Length == 0 && property.Name is "apiVersion" or "kind" or "metadata"))
                continue;
            string path = at.Length == 0 ? property.Name : $"{at}.{property.Name}";
            if (!fields.TryGetProperty(property.Name, out JsonElement field))
                lacking.Add(path);
            else if (Known(property.PropertyType) is { } inner)
                Compare(inner, field, path, lacking);
        }
    }

    private static JsonTypeInfo? Known(Type? type) => type is null ? null : KubeJsonContext.Default.GetTypeInfo(type);

    [LoggerMessage(1, LogLevel.Error, "{Problem}")]
    private static partial void IsOlder(ILogger log, string problem);

    [LoggerMessage(2, LogLevel.Information, "the CustomResourceDefinitions are those of this version now")]
    private static partial void IsWhole(ILogger log);

    [LoggerMessage(3, LogLevel.Warning, "whether the CustomResourceDefinitions are those of this version is not known yet: {Message}")]
    private static partial void NotRead(ILogger log, string message);
}
