using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Testing;

/// <summary>Answers gets and lists from objects in memory, in pages of two; writes are errors of the test.</summary>
internal sealed class ReadOnlyApi : IKubeApi
{
    private readonly Dictionary<string, List<JsonObject>> _objects = [];
    private readonly Dictionary<string, ApiFailure> _refused = [];

    /// <summary>The answer to the next page that is asked for with a continue token is 410.</summary>
    public bool TokenExpires { get; set; }

    public List<string> Reads { get; } = [];

    public void Add(string plural, string json)
    {
        var parsed = JsonNode.Parse(json)!.AsObject();
        if (!_objects.TryGetValue(plural, out var list))
            _objects[plural] = list = [];
        list.Add(parsed);
    }

    public void Refuse(string plural, ApiFailureKind kind, string? message = null) =>
        _refused[plural] = new ApiFailure(kind, 0, kind.ToString(), message ?? $"{plural}: {kind}", null, []);

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject
    {
        lock (Reads)
            Reads.Add($"{type.Plural} {name}");
        if (_refused.TryGetValue(type.Plural, out var refused))
            return Task.FromResult<ApiResult<T>>(new ApiResult<T>.Failed(refused));
        var found = _objects.GetValueOrDefault(type.Plural, []).Select(json => json.Deserialize(type.Json)!)
            .FirstOrDefault(value => value.Metadata.Name == name.Name && (value.Metadata.Namespace ?? "") == name.Namespace);
        return Task.FromResult(found is null ? Failed<T>(ApiFailureKind.NotFound, type.Plural) : new ApiResult<T>.Ok(found));
    }

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject
    {
        if (_refused.TryGetValue(type.Plural, out var refused))
            return Task.FromResult<ApiResult<KubeList<T>>>(new ApiResult<KubeList<T>>.Failed(refused));
        if (query.Continue is not null && TokenExpires)
        {
            TokenExpires = false;
            return Task.FromResult(Failed<KubeList<T>>(ApiFailureKind.Gone, type.Plural));
        }

        var all = _objects.GetValueOrDefault(type.Plural, []);
        var start = int.Parse(query.Continue ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        var size = query.Limit == 0 ? all.Count : 2;
        var page = new KubeList<T> { Items = [.. all.Skip(start).Take(size).Select(json => json.Deserialize(type.Json)!)] };
        page.Metadata.Continue = start + size < all.Count ? $"{start + size}" : "";
        return Task.FromResult<ApiResult<KubeList<T>>>(new ApiResult<KubeList<T>>.Ok(page));
    }

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceType<T> type, WatchQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> ReplaceAsync<T>(ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> PatchAsync<T>(ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> DeleteAsync<T>(ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) => throw new NotSupportedException();

    private static ApiResult<T> Failed<T>(ApiFailureKind kind, string plural) =>
        new ApiResult<T>.Failed(new ApiFailure(kind, 0, kind.ToString(), $"{plural}: {kind}", null, []));
}
