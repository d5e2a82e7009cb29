using System.Collections.Concurrent;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining.Preflight;

/// <summary>Finds the nodes from which the pods' volumes can be reached. A claim that is not bound holds nobody.</summary>
internal sealed class ClaimReader(IKubeApi api, int parallel)
{
    public async Task<IReadOnlyDictionary<string, NodeSelection>> ReadAsync(
        IReadOnlyList<PreflightPod> pods, List<string> unread, CancellationToken cancellation)
    {
        var claims = pods.SelectMany(static pod => pod.Claims.Select(claim => new ObjectName(pod.Namespace, claim))).Distinct();
        var found = new ConcurrentDictionary<string, NodeSelection>();
        var failures = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(claims, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (claim, stop) =>
        {
            if (await ReadAsync(claim, failures, stop) is { } selection)
                found[claim.ToString()] = selection;
        });
        unread.AddRange(failures.Distinct().Order(StringComparer.Ordinal));
        return found;
    }

    private async Task<NodeSelection?> ReadAsync(ObjectName name, ConcurrentBag<string> failures, CancellationToken cancellation)
    {
        var claim = Value(await api.GetAsync(ResourceTypes.PersistentVolumeClaims, name, cancellation), failures);
        if (claim?.Spec?.VolumeName is not { Length: > 0 } volumeName)
            return null;
        var volume = Value(await api.GetAsync(ResourceTypes.PersistentVolumes, new ObjectName("", volumeName), cancellation), failures);
        return PreflightModels.Selection(volume?.Spec?.NodeAffinity?.Required);
    }

    private static T? Value<T>(ApiResult<T> result, ConcurrentBag<string> failures)
        where T : class
    {
        if (result is ApiResult<T>.Ok { Value: var value })
            return value;
        if (result is ApiResult<T>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure })
            failures.Add($"volumes were not all read: {failure.Message}");
        return null;
    }
}
