using System.Collections.Concurrent;
using NodeGuard.Core.Draining;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>What nodes that are drained together need not each read for themselves.</summary>
internal sealed record ClusterReads(BudgetFeed Budgets, DaemonSetReads DaemonSets);

/// <summary>Whether DaemonSets exist: nodes mostly have the pods of the same ones.</summary>
internal sealed class DaemonSetReads(IKubeApi api, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<DaemonSetName, DateTimeOffset> _present = new();

    public async Task<DaemonSetAnswer> AskAsync(DaemonSetName name, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (_present.TryGetValue(name, out var seenAt) && now - seenAt < Fresh)
        {
            return DaemonSetAnswer.Present;
        }

        switch (await api.GetAsync(ResourceTypes.DaemonSets, new ObjectName(name.Namespace, name.Name), cancellation))
        {
            case ApiResult<DaemonSet>.Ok:
                _present[name] = now;
                return DaemonSetAnswer.Present;
            case ApiResult<DaemonSet>.Failed { Failure.Kind: ApiFailureKind.NotFound }:
                return DaemonSetAnswer.Missing;
            case ApiResult<DaemonSet>.Failed { Failure: var failure }:
                return new DaemonSetAnswer(Exists: false, failure.Message);
            default:
                throw new InvalidOperationException("an API result is either a value or a failure");
        }
    }
}
