using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Recycles;

/// <summary>Whether the workloads whose pods were evicted are whole again.</summary>
internal sealed class WorkloadOwners(IKubeApi api)
{
    /// <summary>What one NodeRecycle can carry; the others of a node with more are not watched.</summary>
    private const int Most = 100;

    /// <summary>The owners of the node's pods, with how many of their pods are ready; null when they could not be read.</summary>
    public async Task<List<OwnerStatus>?> OfNodeAsync(string node, CancellationToken cancellation)
    {
        var query = new ListQuery(FieldSelector: $"spec.nodeName={node}");
        var (pods, _, failure) = await PagedList.ReadAsync(api, ResourceTypes.Pods, query, cancellation);
        if (failure is not null)
            return null;
        var owners = pods.Select(static pod => (pod.Metadata.Namespace, Owner: pod.Metadata.OwnerReferences?.Find(static owner => owner.Controller == true)))
            .Where(static pair => pair.Owner is { Kind: "ReplicaSet" or "StatefulSet" })
            .Select(static pair => (Namespace: pair.Namespace ?? string.Empty, pair.Owner!.Kind, pair.Owner.Name))
            .Distinct()
            .Take(Most);
        var found = new List<OwnerStatus>();
        foreach (var (@namespace, kind, name) in owners)
        {
            switch (await ReadAsync(@namespace, kind, name, cancellation))
            {
                case ApiResult<OwnerStatus?>.Ok { Value: { } owner }:
                    found.Add(owner);
                    break;
                case ApiResult<OwnerStatus?>.Failed:
                    return null;
            }
        }

        return [.. found.DistinctBy(static owner => (owner.Namespace, owner.Kind, owner.Name))];
    }

    /// <summary>Those that have fewer ready pods than before and than they want; null when one could not be read.</summary>
    public async Task<IReadOnlyList<string>?> LackingAsync(IReadOnlyList<OwnerStatus> before, CancellationToken cancellation)
    {
        var lacking = new List<string>();
        foreach (OwnerStatus owner in before)
        {
            switch (await ReadAsync(owner.Namespace ?? string.Empty, owner.Kind ?? string.Empty, owner.Name ?? string.Empty, cancellation))
            {
                case ApiResult<OwnerStatus?>.Failed:
                    return null;
                // Deleted since: nobody waits for it.
                case ApiResult<OwnerStatus?>.Ok { Value: { } now } when (now.Ready ?? 0) < Math.Min(owner.Ready ?? 0, now.Wanted ?? 0):
                    lacking.Add($"{owner.Kind} {owner.Namespace}/{owner.Name} ({now.Ready ?? 0} of {now.Wanted ?? 0} ready)");
                    break;
            }
        }

        return lacking;
    }

    /// <summary>Ok with null: there is no such object.</summary>
    private async Task<ApiResult<OwnerStatus?>> ReadAsync(string @namespace, string kind, string name, CancellationToken cancellation)
    {
        var place = new ObjectName(@namespace, name);
        switch (kind)
        {
            case "ReplicaSet":
                return await Read(await api.GetAsync(ResourceTypes.ReplicaSets, place, cancellation), async set =>
                    set.Metadata.OwnerReferences?.Find(static owner => owner is { Controller: true, Kind: "Deployment" }) is { } deployment
                        ? await ReadAsync(@namespace, "Deployment", deployment.Name, cancellation)
                        : Owner("apps/v1", "ReplicaSet", set.Metadata, set.Status?.ReadyReplicas, set.Spec?.Replicas));
            case "Deployment":
                return await Read(await api.GetAsync(ResourceTypes.Deployments, place, cancellation), deployment =>
                    Task.FromResult(Owner("apps/v1", "Deployment", deployment.Metadata, deployment.Status?.ReadyReplicas, deployment.Spec?.Replicas)));
            case "StatefulSet":
                return await Read(await api.GetAsync(ResourceTypes.StatefulSets, place, cancellation), set =>
                    Task.FromResult(Owner("apps/v1", "StatefulSet", set.Metadata, set.Status?.ReadyReplicas, set.Spec?.Replicas)));
            default:
                return new ApiResult<OwnerStatus?>.Ok(null);
        }
    }

    private static async Task<ApiResult<OwnerStatus?>> Read<T>(ApiResult<T> answer, Func<T, Task<ApiResult<OwnerStatus?>>> read) => answer switch
    {
        ApiResult<T>.Ok { Value: var value } => await read(value),
        ApiResult<T>.Failed { Failure.Kind: ApiFailureKind.NotFound } => new ApiResult<OwnerStatus?>.Ok(null),
        ApiResult<T>.Failed { Failure: var failure } => new ApiResult<OwnerStatus?>.Failed(failure),
        _ => throw new InvalidOperationException("a result is Ok or Failed"),
    };

    private static ApiResult<OwnerStatus?> Owner(string version, string kind, ObjectMeta meta, int? ready, int? wanted) =>
        new ApiResult<OwnerStatus?>.Ok(new OwnerStatus
        {
            ApiVersion = version,
            Kind = kind,
            Namespace = meta.Namespace,
            Name = meta.Name,
            Ready = ready ?? 0,
            Wanted = wanted ?? 1,
        });
}
