using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes;

/// <summary>
/// The verbs of the API. Expected outcomes are values; only cancellation and a broken environment throw. Calls are not
/// repeated here, except that a Retry-After of a throttled read is honoured within the call's own time.
/// </summary>
public interface IKubeApi
{
    Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject;

    /// <summary>One page; go on with <see cref="ListMeta.Continue"/>.</summary>
    Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject;

    /// <summary>Ends when the server ends the stream; a failure is the last event.</summary>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubeObject;

    Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject;

    /// <summary>PUT; the object's resourceVersion is the precondition.</summary>
    Task<ApiResult<T>> ReplaceAsync<T>(
        ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject;

    Task<ApiResult<T>> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject;

    /// <summary>True when the object is gone; false when it stays until its grace or finalizers are over.</summary>
    Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject;

    /// <summary>POST to <c>pods/NAME/eviction</c>, policy/v1.</summary>
    Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation);

    /// <summary>A path of the server that is not a resource, such as "/version" or "/apis".</summary>
    Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation);

    /// <summary>The same with an Accept header of its own: discovery has several forms.</summary>
    Task<ApiResult<T>> GetPathAsync<T>(string path, string accept, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        GetPathAsync(path, json, cancellation);
}

/// <summary>What a list asks for. Empty selectors select all.</summary>
/// <param name="Namespace">Empty: all namespaces.</param>
/// <param name="Limit">0: no limit.</param>
/// <param name="ResourceVersion">Null: the newest, read through; "0": whatever the server has in its cache.</param>
public sealed record ListQuery(
    string Namespace = "",
    string LabelSelector = "",
    string FieldSelector = "",
    int Limit = 500,
    string? Continue = null,
    string? ResourceVersion = null);

/// <summary>What a watch asks for.</summary>
/// <param name="ResourceVersion">Where the list ended; null with <paramref name="SendInitialEvents"/>.</param>
/// <param name="SendInitialEvents">Watch-list: the state first, ended by a bookmark that says so.</param>
public sealed record WatchQuery(
    string Namespace = "",
    string LabelSelector = "",
    string FieldSelector = "",
    string? ResourceVersion = null,
    bool SendInitialEvents = false,
    TimeSpan? ServerTimeout = null);

/// <param name="FieldManager">Required for server-side apply.</param>
/// <param name="DryRun">The server checks and stores nothing.</param>
/// <param name="Force">Server-side apply only: takes over fields of other managers.</param>
public sealed record WriteOptions(string? FieldManager = null, bool DryRun = false, bool Force = false)
{
    public static WriteOptions Default { get; } = new();
}

/// <summary>How an object is to be deleted or a pod evicted.</summary>
/// <param name="Uid">Precondition: another object of the same name answers Conflict.</param>
/// <param name="GracePeriod">Null: the object's own.</param>
public sealed record DeleteQuery(
    string? Uid = null,
    string? ResourceVersion = null,
    TimeSpan? GracePeriod = null,
    string? PropagationPolicy = null,
    bool DryRun = false);

/// <summary>The body of a PATCH, as UTF-8 JSON.</summary>
public sealed record Patch(PatchKind Kind, ReadOnlyMemory<byte> Body);

public enum PatchKind
{
    Merge,
    Strategic,
    Json,

    /// <summary>Server-side apply.</summary>
    Apply,
}

/// <summary>One event of a watch.</summary>
public abstract record WatchEvent<T>
{
    private WatchEvent()
    {
    }

    public sealed record Added(T Value) : WatchEvent<T>;

    public sealed record Modified(T Value) : WatchEvent<T>;

    public sealed record Deleted(T Value) : WatchEvent<T>;

    /// <param name="InitialEventsEnd">The state asked for by <see cref="WatchQuery.SendInitialEvents"/> is complete.</param>
    public sealed record Bookmark(string ResourceVersion, bool InitialEventsEnd) : WatchEvent<T>;

    public sealed record Failed(ApiFailure Failure) : WatchEvent<T>;
}
