using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Testing.Fleet;

/// <summary>
/// One controller's way to the server, which can be cut: calls fail, and what was asked for may or may not have been done.
/// A test may do something in the very moment in which the controller has written something.
/// </summary>
/// <param name="wrote">Gets each object that the controller has replaced, as the server answered; the controller waits for it.</param>
internal sealed class CutOffApi(IKubeApi api, Func<KubeObject, Task>? wrote = null) : IKubeApi
{
    private readonly ConcurrentDictionary<(Type Kind, string Name), int> _told = new();
    private CancellationTokenSource _cut = new();

    public void Cut() => _cut.Cancel();

    /// <summary>Calls get through again; what was cut stays so.</summary>
    public void Heal() => _cut = new();

    /// <summary>How many watch events about the object the controller has been given.</summary>
    public int Told<T>(string name)
        where T : KubeObject => _told.GetValueOrDefault((typeof(T), name));

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.GetAsync(type, name, cancellation));

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.ListPageAsync(type, query, cancellation));

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        CancellationTokenSource cut = _cut;
        if (cut.IsCancellationRequested)
        {
            yield return new WatchEvent<T>.Failed(Unreachable);
            yield break;
        }

        await foreach (WatchEvent<T> happened in api.WatchAsync(type, query, cancellation))
        {
            if (cut.IsCancellationRequested)
                break;
            yield return happened;
            if (happened is WatchEvent<T>.Added { Value: var added })
                Count(added);
            else if (happened is WatchEvent<T>.Modified { Value: var modified })
                Count(modified);
            else if (happened is WatchEvent<T>.Deleted { Value: var deleted })
                Count(deleted);
        }

        // A cut connection says nothing: the watch goes on without an event. The stream itself is let go of: what nobody reads
        // would fill the window of the connection, which other calls share.
        if (cut.IsCancellationRequested)
            await Task.Delay(Timeout.Infinite, cancellation);
    }

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.CreateAsync(type, value, options, cancellation));

    public async Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject
    {
        ApiResult<T> answer = await CallAsync(() => api.ReplaceAsync(type, value, subresource, options, cancellation));
        if (wrote is not null && answer is ApiResult<T>.Ok { Value: var written })
            await wrote(written);
        return answer;
    }

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

        return new ApiResult<T>.Failed(Unreachable);
    }

    // After the consumer has taken it: the next event is asked for.
    private void Count<T>(T told)
        where T : KubeObject => _told.AddOrUpdate((typeof(T), told.Metadata.Name ?? string.Empty), 1, static (_, before) => before + 1);

    private static ApiFailure Unreachable { get; } = new(ApiFailureKind.Unreachable, 0, string.Empty, "the test has cut the connection", null, []);
}
