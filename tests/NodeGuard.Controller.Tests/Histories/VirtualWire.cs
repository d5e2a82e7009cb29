using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Controller.Tests.Histories;

/// <summary>
/// One controller's calls: each takes its time, may be cut off before or behind the server, and is a place where the process may die.
/// </summary>
/// <param name="deleting">Told of each deletion when it reaches the server: the resource's plural and the object's name.</param>
internal sealed class VirtualWire(IKubeApi api, VirtualProcess process, Random chance, Action<string, string> deleting) : IKubeApi
{
    private const int SlowestMilliseconds = 120;

    /// <summary>Calls fail, and what was asked for may or may not have been done.</summary>
    public bool IsCut { get; set; }

    /// <summary>Counts the places where the process may die, two for each call; it dies where this comes to zero.</summary>
    public int DiesIn { get; set; } = int.MaxValue;

    /// <summary>Called when it died.</summary>
    public Action Died { get; set; } = static () => { };

    /// <summary>Places so far.</summary>
    public int Places { get; private set; }

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.GetAsync(type, name, cancellation), cancellation);

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.ListPageAsync(type, query, cancellation), cancellation);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        await PauseAsync(cancellation);
        await foreach (WatchEvent<T> happened in api.WatchAsync(type, query, cancellation))
        {
            await PauseAsync(cancellation);
            // A cut connection says nothing: the watch goes on without an event.
            if (IsCut)
                await Task.Delay(Timeout.InfiniteTimeSpan, process.Clock, cancellation);
            yield return happened;
        }
    }

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.CreateAsync(type, value, options, cancellation), cancellation);

    public Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.ReplaceAsync(type, value, subresource, options, cancellation), cancellation);

    public Task<ApiResult<T>> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync(() => api.PatchAsync(type, name, patch, subresource, options, cancellation), cancellation);

    public Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => CallAsync(
            () =>
            {
                deleting(type.Plural, name.Name);
                return api.DeleteAsync(type, name, query, cancellation);
            },
            cancellation);

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) =>
        CallAsync(() => api.EvictAsync(pod, query, cancellation), cancellation);

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        CallAsync(() => api.GetPathAsync(path, json, cancellation), cancellation);

    private async Task<ApiResult<T>> CallAsync<T>(Func<Task<ApiResult<T>>> call, CancellationToken cancellation)
    {
        await PlaceAsync();
        await PauseAsync(cancellation);
        if (!IsCut)
        {
            ApiResult<T> answer = await call();
            await PlaceAsync();
            await PauseAsync(cancellation);
            if (!IsCut)
                return answer;
        }

        return new ApiResult<T>.Failed(new ApiFailure(ApiFailureKind.Unreachable, 0, string.Empty, "the history has cut the connection", null, []));
    }

    private Task PauseAsync(CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(1 + chance.Next(SlowestMilliseconds)), process.Clock, cancellation);

    private async Task PlaceAsync()
    {
        Places++;
        if (--DiesIn > 0)
            return;
        DiesIn = int.MaxValue;
        process.Kill();
        Died();
        await new TaskCompletionSource().Task;
    }
}
