using System.Text.Json;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles.Methods;

/// <summary>One entry of a Secret, read when it is used: a new key holds from the next request on.</summary>
internal static class SecretBytes
{
    private static readonly ResourceType<UntypedObject> Secrets = ResourceTypes.Untyped("", "v1", "secrets", "Secret", namespaced: true);

    /// <returns>The bytes as they are, with any newline; or what is missing, which never holds a part of the Secret.</returns>
    public static async Task<(byte[]? Bytes, Preparation? Problem)> ReadAsync(IKubeApi api, SecretKey at, CancellationToken cancellation)
    {
        var place = new ObjectName(at.Namespace ?? string.Empty, at.Name ?? string.Empty);
        switch (await api.GetAsync(Secrets, place, cancellation))
        {
            case ApiResult<UntypedObject>.Ok { Value: var found }:
                return Entry(found, at.Key ?? string.Empty) is { Length: > 0 } bytes
                    ? (bytes, null)
                    : (null, new Preparation.Refused($"Secret {place} has no entry \"{at.Key}\" with a key in it"));
            case ApiResult<UntypedObject>.Failed { Failure.Kind: ApiFailureKind.Forbidden }:
                return (null, new Preparation.Refused($"the controller may not read Secret {place}: it reads those of its own namespace only"));
            case ApiResult<UntypedObject>.Failed { Failure: var failure }:
                return (null, MachineSearch.Answer(failure, $"reading Secret {place}"));
            default:
                throw new InvalidOperationException("a result is Ok or Failed");
        }
    }

    private static byte[]? Entry(UntypedObject secret, string key) =>
        secret.Unknown?.TryGetValue("data", out JsonElement data) == true && data.ValueKind == JsonValueKind.Object
        && data.TryGetProperty(key, out JsonElement entry) && entry.ValueKind == JsonValueKind.String && entry.TryGetBytesFromBase64(out byte[]? bytes)
            ? bytes
            : null;
}
