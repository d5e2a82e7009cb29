using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Manifests;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Cli.Install;

/// <summary>What became of one object.</summary>
internal enum InstallOutcome
{
    Created,

    Configured,

    Unchanged,

    /// <summary>In a dry run only: a server cannot check an object of a namespace that is not there.</summary>
    NotChecked,

    Failed,
}

/// <param name="Failure">A sentence, with <see cref="InstallOutcome.Failed"/>.</param>
internal readonly record struct Installed(InstallOutcome Outcome, string? Failure = null);

/// <summary>Brings objects to what their manifests say, by server-side apply.</summary>
internal sealed class Installation(IKubeApi api, TimeProvider time, bool dryRun, bool force)
{
    public const string FieldManager = "nodeguard-install";
    private const string Definition = "CustomResourceDefinition";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HashSet<string> _absentNamespaces = new(StringComparer.Ordinal);

    public async Task<Installed> ApplyAsync(Manifest manifest, CancellationToken cancellation)
    {
        if (_absentNamespaces.Contains(manifest.Name.Namespace))
            return new Installed(InstallOutcome.NotChecked);
        var type = InstallFiles.TypeOf(manifest);
        var before = await api.GetAsync(type, manifest.Name, cancellation);
        if (before is ApiResult<UntypedObject>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } unread })
            return new Installed(InstallOutcome.Failed, unread.Message);
        var patch = new Patch(PatchKind.Apply, Encoding.UTF8.GetBytes(manifest.Yaml));
        var after = await api.PatchAsync(type, manifest.Name, patch, null, new WriteOptions(FieldManager, dryRun, force), cancellation);
        return (before, after) switch
        {
            (_, ApiResult<UntypedObject>.Failed { Failure: var refused }) => new Installed(InstallOutcome.Failed, refused.Message),
            (ApiResult<UntypedObject>.Ok { Value: var was }, ApiResult<UntypedObject>.Ok { Value: var now }) =>
                new Installed(JsonNode.DeepEquals(Meant(was), Meant(now)) ? InstallOutcome.Unchanged : InstallOutcome.Configured),
            _ => Created(manifest),
        };
    }

    /// <summary>Null once the server serves the kinds that were defined; else a sentence.</summary>
    public async Task<string?> ServedAsync(IEnumerable<Manifest> manifests, TimeSpan deadline, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        foreach (var manifest in manifests.Where(static m => m.Kind == Definition))
        {
            while (true)
            {
                var read = await api.GetAsync(InstallFiles.TypeOf(manifest), manifest.Name, cancellation);
                if (read is ApiResult<UntypedObject>.Ok { Value: var found } && IsTrue(found, "Established"))
                    break;
                if (time.GetElapsedTime(start) >= deadline)
                    return $"{manifest} is not established after {deadline.TotalSeconds:0} s: {Why(read)}; see kubectl describe crd {manifest.Name.Name}";
                await Task.Delay(Pause, time, cancellation);
            }
        }

        return null;
    }

    private Installed Created(Manifest manifest)
    {
        if (dryRun && manifest.Kind == "Namespace")
            _absentNamespaces.Add(manifest.Name.Name);
        return new Installed(InstallOutcome.Created);
    }

    // What people mean by an object: not the server's own accounts of it, nor the rules that it gathers for an aggregated role.
    private static JsonObject Meant(UntypedObject value)
    {
        var json = JsonSerializer.SerializeToNode(value, KubeJsonContext.Default.UntypedObject)!.AsObject();
        json.Remove("status");
        if (json["aggregationRule"] is not null)
            json.Remove("rules");
        var metadata = json["metadata"]!.AsObject();
        foreach (var field in (string[])["managedFields", "resourceVersion", "generation"])
            metadata.Remove(field);
        return json;
    }

    private static bool IsTrue(UntypedObject definition, string condition) =>
        Conditions(definition).Any(c => Text(c, "type") == condition && Text(c, "status") == "True");

    private static string Why(ApiResult<UntypedObject> read) => read switch
    {
        ApiResult<UntypedObject>.Failed { Failure: var failure } => failure.Message,
        ApiResult<UntypedObject>.Ok { Value: var found } => Conditions(found)
            .Where(c => Text(c, "status") != "True").Select(c => $"{Text(c, "type")}: {Text(c, "message")}").FirstOrDefault() ?? "the server has not looked at it",
        _ => "",
    };

    private static JsonElement[] Conditions(UntypedObject definition) =>
        definition.Unknown?.GetValueOrDefault("status") is { ValueKind: JsonValueKind.Object } status
        && status.TryGetProperty("conditions", out var conditions) && conditions.ValueKind is JsonValueKind.Array
            ? [.. conditions.EnumerateArray()]
            : [];

    private static string? Text(JsonElement value, string field) => value.TryGetProperty(field, out var text) ? text.GetString() : null;
}
