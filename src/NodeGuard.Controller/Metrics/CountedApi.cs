using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Controller.Metrics;

/// <summary>Counts the controller's calls, and tells of each that has ended: a look that waits for a slow server moves on all the same.</summary>
/// <param name="moved">Called before and after each call; it must not wait.</param>
internal sealed class CountedApi(IKubeApi api, ControllerMetrics metrics, Action moved) : IKubeApi
{
    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => CountAsync("get", api.GetAsync(type, name, cancellation));

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => CountAsync("list", api.ListPageAsync(type, query, cancellation));

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubeObject => api.WatchAsync(type, query, cancellation);

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CountAsync("create", api.CreateAsync(type, value, options, cancellation));

    public Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CountAsync("update", api.ReplaceAsync(type, value, subresource, options, cancellation));

    public Task<ApiResult<T>> PatchAsync<T>(ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CountAsync("patch", api.PatchAsync(type, name, patch, subresource, options, cancellation));

    public Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => CountAsync("delete", api.DeleteAsync(type, name, query, cancellation));

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) =>
        CountAsync("evict", api.EvictAsync(pod, query, cancellation));

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        CountAsync("get", api.GetPathAsync(path, json, cancellation));

    public Task<ApiResult<T>> GetPathAsync<T>(string path, string accept, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        CountAsync("get", api.GetPathAsync(path, accept, json, cancellation));

    private async Task<ApiResult<T>> CountAsync<T>(string verb, Task<ApiResult<T>> call)
    {
        moved();
        ApiResult<T> answer = await call;
        moved();
        metrics.Called(verb, (answer as ApiResult<T>.Failed)?.Failure.Kind);
        return answer;
    }
}
