using System.Collections.Concurrent;
using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining.Preflight;

/// <summary>Follows pods to their controllers, and those to theirs. Kinds that are not known end the chain.</summary>
internal sealed class OwnerReader(IKubeApi api, int parallel)
{
    public async Task<IReadOnlyList<PreflightController>> ReadAsync(
        IReadOnlyList<PreflightPod> pods, int deepest, List<string> unread, CancellationToken cancellation)
    {
        var found = new Dictionary<OwnerKey, PreflightController>();
        var next = pods.Select(static pod => pod.Controller).OfType<OwnerKey>().Distinct().ToList();
        var failures = new ConcurrentBag<string>();
        for (var depth = 0; depth < deepest && next.Count > 0; depth++)
        {
            var read = new ConcurrentBag<PreflightController>();
            await Parallel.ForEachAsync(next, new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation }, async (key, stop) =>
            {
                if (await ReadAsync(key, failures, stop) is { } controller)
                    read.Add(controller);
            });
            foreach (var controller in read)
                found[controller.Key] = controller;
            next = [.. read.Select(static controller => controller.Parent).OfType<OwnerKey>().Where(key => !found.ContainsKey(key)).Distinct()];
        }

        unread.AddRange(failures.Distinct().Order(StringComparer.Ordinal));
        return [.. found.Values];
    }

    private Task<PreflightController?> ReadAsync(OwnerKey key, ConcurrentBag<string> failures, CancellationToken cancellation) =>
        (key.Group, key.Kind) switch
        {
            ("apps", "ReplicaSet") => GetAsync(ResourceTypes.ReplicaSets, key, static found => found.Spec?.Replicas ?? 1, failures, cancellation),
            ("apps", "Deployment") => GetAsync(ResourceTypes.Deployments, key, static found => found.Spec?.Replicas ?? 1, failures, cancellation),
            ("apps", "StatefulSet") => GetAsync(ResourceTypes.StatefulSets, key, static found => found.Spec?.Replicas ?? 1, failures, cancellation),
            ("apps", "DaemonSet") => GetAsync(ResourceTypes.DaemonSets, key, static _ => null, failures, cancellation),
            ("", "ReplicationController") => GetAsync(ResourceTypes.ReplicationControllers, key, static found => found.Spec?.Replicas ?? 1, failures, cancellation),
            ("batch", "Job") => GetAsync(ResourceTypes.Jobs, key, static _ => null, failures, cancellation),
            _ => Task.FromResult<PreflightController?>(null),
        };

    private async Task<PreflightController?> GetAsync<T>(
        ResourceType<T> type, OwnerKey key, Func<T, int?> replicas, ConcurrentBag<string> failures, CancellationToken cancellation)
        where T : KubeObject
    {
        switch (await api.GetAsync(type, new ObjectName(key.Namespace, key.Name), cancellation))
        {
            case ApiResult<T>.Ok { Value: var found }:
                return PreflightModels.Controller(key, found.Metadata, replicas(found));
            case ApiResult<T>.Failed { Failure: { Kind: not ApiFailureKind.NotFound } failure }:
                failures.Add($"owners of kind {key.Kind} were not all read: {failure.Message}");
                return null;
            default:
                return null;
        }
    }
}
