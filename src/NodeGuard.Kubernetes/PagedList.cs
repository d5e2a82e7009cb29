using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes;

/// <summary>All pages of a list.</summary>
public static class PagedList
{
    public static async Task<(IReadOnlyList<T> All, string ResourceVersion, ApiFailure? Failure)> ReadAsync<T>(
        IKubeApi api, ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject
    {
        var all = new List<T>();
        while (true)
        {
            var page = await api.ListPageAsync(type, query, cancellation);
            if (page is ApiResult<KubeList<T>>.Failed { Failure: var failure })
            {
                return ([], string.Empty, failure);
            }

            var list = ((ApiResult<KubeList<T>>.Ok)page).Value;
            all.AddRange(list.Items);
            if (string.IsNullOrEmpty(list.Metadata.Continue))
            {
                return (all, list.Metadata.ResourceVersion ?? string.Empty, null);
            }

            query = query with { Continue = list.Metadata.Continue };
        }
    }
}
