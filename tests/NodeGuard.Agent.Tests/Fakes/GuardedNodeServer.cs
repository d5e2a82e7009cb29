using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Agent.Tests.Fakes;

/// <summary>A server that has one GuardedNode, may be away, and counts what it is asked.</summary>
internal sealed class GuardedNodeServer : IKubeApi
{
    /// <summary>Null: there is none.</summary>
    public GuardedNode? Object { get; set; } = new() { Metadata = new ObjectMeta { Name = "n" } };

    public bool Away { get; set; }

    /// <summary>Answers nothing until the caller gives up.</summary>
    public bool Hangs { get; set; }

    public int Calls { get; private set; }

    public List<GuardedNodeStatus> Writes { get; } = [];

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => AnswerAsync<T>(cancellation);

    public Task<ApiResult<T>> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject
    {
        if (!Away && !Hangs && Object is not null)
        {
            GuardedNodeStatus status = JsonSerializer.Deserialize(patch.Body.Span, KubeJsonContext.Default.GuardedNode)!.Status!;
            Writes.Add(status);
            Object = new GuardedNode { Metadata = Object.Metadata, Status = status };
        }

        return AnswerAsync<T>(cancellation);
    }

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) => throw new NotSupportedException();

    private async Task<ApiResult<T>> AnswerAsync<T>(CancellationToken cancellation)
        where T : KubeObject
    {
        Calls++;
        if (Hangs)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }

        if (Away || Object is null)
        {
            ApiFailureKind kind = Away ? ApiFailureKind.Unreachable : ApiFailureKind.NotFound;
            return new ApiResult<T>.Failed(new ApiFailure(kind, Away ? 0 : 404, "", "connection refused", null, []));
        }

        return new ApiResult<T>.Ok((T)(KubeObject)Object);
    }
}
