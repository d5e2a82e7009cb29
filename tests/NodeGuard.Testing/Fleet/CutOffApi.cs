using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Testing.Fleet;

/// <summary>One controller's way to the server, which can be cut: calls fail, and what was asked for may or may not have been done.</summary>
internal sealed class CutOffApi(IKubeApi api) : IKubeApi
{
    private readonly CancellationTokenSource _cut = new();

    public void Cut() => _cut.Cancel();

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.GetAsync(type, name, cancellation));

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.ListPageAsync(type, query, cancellation));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        // A cut connection says nothing: the watch goes on without an event.
        await foreach (WatchEvent<T> happened in api.WatchAsync(type, query, cancellation))
        {
            if (_cut.IsCancellationRequested)
                await Task.Delay(Timeout.Infinite, cancellation);
            yield return happened;
        }
    }

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.CreateAsync(type, value, options, cancellation));

    public Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.ReplaceAsync(type, value, subresource, options, cancellation));

    public Task<ApiResult<T>> PatchAsync<T>(ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.PatchAsync(type, name, patch, subresource, options, cancellation));

    public Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.DeleteAsync(type, name, query, cancellation));

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) =>
        CallAsync(() => api.EvictAsync(pod, query, cancellation));

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        CallAsync(() => api.GetPathAsync(path, json, cancellation));

    private async Task<ApiResult<T>> CallAsync<T>(Func<Task<ApiResult<T>>> call)
    {
        if (!_cut.IsCancellationRequested)
        {
            ApiResult<T> answer = await call();
            if (!_cut.IsCancellationRequested)
                return answer;
        }

        return new ApiResult<T>.Failed(new ApiFailure(ApiFailureKind.Unreachable, 0, string.Empty, "the test has cut the connection", null, []));
    }
}
