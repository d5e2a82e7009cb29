using System.Text.Json;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>Finding the object that stands for a machine among objects that have no model here.</summary>
internal static class MachineSearch
{
    private const int LongestText = 300;

    /// <summary>The version of the group that the server prefers; null with why not.</summary>
    public static async Task<(string? Version, Preparation? Problem)> VersionAsync(IKubeApi api, string group, string product, CancellationToken cancellation)
    {
        switch (await api.GetPathAsync($"/apis/{group}", ResourceTypes.Untyped("", "v1", "", "", namespaced: false).Json, cancellation))
        {
            case ApiResult<UntypedObject>.Ok { Value: var found }:
                return Text(found, "preferredVersion.version") is { } version
                    ? (version, null)
                    : (null, new Preparation.Refused($"the server names no version of {group}"));
            case ApiResult<UntypedObject>.Failed { Failure.Kind: ApiFailureKind.NotFound }:
                return (null, new Preparation.Refused($"the cluster does not serve {group}: install {product}, or use another method"));
            case ApiResult<UntypedObject>.Failed { Failure: var failure }:
                return (null, Answer(failure, $"reading the versions of {group}"));
            default:
                throw new InvalidOperationException("a result is Ok or Failed");
        }
    }

    public static Preparation Ready(UntypedObject found, ResourceType<UntypedObject> type) => new Preparation.Ready(new ReplacedResource
    {
        ApiVersion = type.ApiVersion,
        Kind = found.Kind ?? type.Kind,
        Namespace = found.Metadata.Namespace,
        Name = found.Metadata.Name,
        Uid = found.Metadata.Uid,
    });

    /// <summary>What no waiting changes is refused; all else is tried again.</summary>
    public static Preparation Answer(ApiFailure failure, string what) => failure.Kind switch
    {
        ApiFailureKind.Forbidden => new Preparation.Refused($"{what}: the controller may not: {failure.Message}"),
        ApiFailureKind.NotFound or ApiFailureKind.Invalid => new Preparation.Refused($"{what}: {failure.Message}"),
        _ => new Preparation.Later($"{what}: {failure.Message}"),
    };

    /// <summary>The first of its conditions that says something; null when none does.</summary>
    public static string? ConditionText(UntypedObject item)
    {
        if (item.Unknown?.TryGetValue("status", out JsonElement status) != true || status.ValueKind != JsonValueKind.Object
            || !status.TryGetProperty("conditions", out JsonElement conditions) || conditions.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (JsonElement condition in conditions.EnumerateArray())
        {
            if (condition.ValueKind == JsonValueKind.Object && condition.TryGetProperty("type", out JsonElement type)
                && condition.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String
                && message.GetString() is { Length: > 0 } text)
            {
                return $"{type}: {(text.Length <= LongestText ? text : text[..LongestText] + "...")}";
            }
        }

        return null;
    }

    /// <summary>The text at a path of names with dots between them; a dot inside a name is written <c>\.</c></summary>
    public static string? Text(UntypedObject item, string path)
    {
        string[] names = [.. path.Replace("\\.", "\0", StringComparison.Ordinal).Split('.').Select(static name => name.Replace('\0', '.'))];
        return names switch
        {
            ["metadata", "annotations", var annotation] => item.Metadata.Annotations?.GetValueOrDefault(annotation),
            ["metadata", "labels", var label] => item.Metadata.Labels?.GetValueOrDefault(label),
            _ => At(item, names) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null,
        };
    }

    public static int? Number(UntypedObject item, string path) =>
        At(item, path.Split('.')) is { ValueKind: JsonValueKind.Number } at && at.TryGetInt32(out int number) ? number : null;

    public static bool? Flag(UntypedObject item, string path) => At(item, path.Split('.'))?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static JsonElement? At(UntypedObject item, string[] names)
    {
        if (item.Unknown?.TryGetValue(names[0], out JsonElement at) != true)
            return null;
        foreach (string name in names.AsSpan(1))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                return null;
        }

        return at;
    }
}
