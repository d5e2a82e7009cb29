using NodeGuard.Core.Draining.Preflight;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining.Preflight;

/// <summary>
/// Reads what preflight looks at: nodes, pods and budgets in full; controllers, namespaces and volumes only of the pods on
/// the nodes in question.
/// </summary>
public sealed class PreflightReader(IKubeApi api)
{
    // Single reads of owners and claims at once: enough to hide the round trips, too few to crowd a server.
    private const int ParallelReads = 8;

    private const int DeepestChain = 8;

    /// <returns>Failed when nodes or pods cannot be listed: without them nothing can be said.</returns>
    public async Task<ApiResult<PreflightInput>> ReadAsync(IReadOnlyList<string> nodeNames, CancellationToken cancellation)
    {
        var nodesRead = ListAsync(ResourceTypes.Nodes, PreflightModels.Node, cancellation);
        var podsRead = ListAsync(ResourceTypes.Pods, PreflightModels.Pod, cancellation);
        var budgetsRead = ListAsync(ResourceTypes.PodDisruptionBudgets, PreflightModels.Budget, cancellation);
        var namespacesRead = ListAsync(ResourceTypes.Namespaces, static found => (found.Metadata.Name ?? "", PreflightModels.Markings(found.Metadata)), cancellation);
        await Task.WhenAll(nodesRead, podsRead, budgetsRead, namespacesRead);
        if ((await nodesRead).Failure is { } noNodes)
            return new ApiResult<PreflightInput>.Failed(noNodes);
        if ((await podsRead).Failure is { } noPods)
            return new ApiResult<PreflightInput>.Failed(noPods);
        var unread = new List<string>();
        var budgets = OrNote(await budgetsRead, "pod disruption budgets", unread);
        var namespaces = OrNote(await namespacesRead, "namespaces", unread);
        var pods = (await podsRead).Items;
        var names = nodeNames.ToHashSet(StringComparer.Ordinal);
        var affected = pods.Where(pod => names.Contains(pod.NodeName)).ToList();
        return new ApiResult<PreflightInput>.Ok(new PreflightInput
        {
            Nodes = (await nodesRead).Items,
            Pods = pods,
            Budgets = budgets,
            Namespaces = namespaces.ToDictionary(static entry => entry.Item1, static entry => entry.Item2),
            Controllers = await new OwnerReader(api, ParallelReads).ReadAsync(affected, DeepestChain, unread, cancellation),
            ClaimPlacement = await new ClaimReader(api, ParallelReads).ReadAsync(affected, unread, cancellation),
            Unread = unread,
        });
    }

    private static List<T> OrNote<T>((List<T> Items, ApiFailure? Failure) read, string what, List<string> unread)
    {
        if (read.Failure is { } failure)
            unread.Add($"{what} were not read: {failure.Message}");
        return read.Items;
    }

    private async Task<(List<TOut> Items, ApiFailure? Failure)> ListAsync<T, TOut>(
        ResourceType<T> type, Func<T, TOut> map, CancellationToken cancellation)
        where T : KubeObject
    {
        var items = new List<TOut>();
        var query = new ListQuery();
        while (true)
        {
            switch (await api.ListPageAsync(type, query, cancellation))
            {
                case ApiResult<KubeList<T>>.Failed { Failure: { Kind: ApiFailureKind.Gone } } when query.Continue is not null:
                    // The token outlived the server's history: start over, for a mixture would count pods twice.
                    items.Clear();
                    query = query with { Continue = null, Limit = 0 };
                    break;
                case ApiResult<KubeList<T>>.Failed { Failure: var failure }:
                    return (items, failure);
                case ApiResult<KubeList<T>>.Ok { Value: var page }:
                    items.AddRange(page.Items.Select(map));
                    if (string.IsNullOrEmpty(page.Metadata.Continue))
                        return (items, null);
                    query = query with { Continue = page.Metadata.Continue };
                    break;
            }
        }
    }
}
