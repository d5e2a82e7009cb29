using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Kubernetes.Tests.Election;

internal enum Network
{
    Whole,

    /// <summary>Nothing gets through, either way.</summary>
    Cut,

    /// <summary>The server does what it is asked, and nobody hears of it.</summary>
    AnswersLost,

    /// <summary>Some calls fail at once.</summary>
    Failing,
}

/// <summary>One process's way to the lease server: latency, cuts, and calls whose outcome stays unknown.</summary>
internal sealed class LeaseConnection(VirtualWorld world, LeaseServer server, Random dice) : IKubeApi
{
    public Network Network { get; set; }

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => CallAsync<T>(() => server.Get(), cancellation);

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync<T>(() => server.Create((Lease)(KubeObject)value), cancellation);

    public Task<ApiResult<T>> ReplaceAsync<T>(
        ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => CallAsync<T>(() => server.Replace((Lease)(KubeObject)value), cancellation);

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> DeleteAsync<T>(
        ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>The request arrives even when its caller has died or given up meanwhile, as it may in a real network.</summary>
    private async Task<ApiResult<T>> CallAsync<T>(Func<ApiResult<Lease>> serve, CancellationToken cancellation)
        where T : KubeObject
    {
        SynchronizationContext caller = SynchronizationContext.Current!;
        var answered = new TaskCompletionSource<ApiResult<Lease>>();
        if (Network != Network.Cut)
        {
            world.After(Latency(), () =>
            {
                ApiResult<Lease> answer = Network == Network.Failing && dice.Next(3) > 0
                    ? LeaseServer.Failed(ApiFailureKind.ServerError)
                    : serve();
                if (Network is not (Network.Cut or Network.AnswersLost))
                    world.After(Latency(), () => caller.Post(_ => answered.TrySetResult(answer), null));
            });
        }

        await using CancellationTokenRegistration registration = cancellation.Register(() => answered.TrySetCanceled(cancellation));
        return (ApiResult<T>)(object)await answered.Task;
    }

    private TimeSpan Latency() => TimeSpan.FromMilliseconds(dice.Next(1, 40));
}
