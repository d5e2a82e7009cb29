using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Credentials;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Client;

/// <summary>The API of one server over HTTP.</summary>
public sealed partial class KubeClient : IKubeApi, IDisposable
{
    private const string Json = "application/json";

    private readonly ClusterConnection _connection;
    private readonly KubeClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Transport _transport;
    private readonly CallChannel _channel;

    public KubeClient(ClusterConnection connection, KubeClientOptions options, TimeProvider time)
        : this(connection, options, time, credential => Transport.CreateHandler(connection, credential))
    {
    }

    internal KubeClient(
        ClusterConnection connection, KubeClientOptions options, TimeProvider time, Func<Credential, HttpMessageHandler> handlers)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _transport = new Transport(connection, UserAgent.For(options.Role), handlers);
        _channel = new CallChannel(connection, _transport, options, time);
    }

    public Uri Server => _connection.Server;

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject =>
        OneAsync(type, name, RequestBuilder.Get(type, name), body: null, cancellation);

    public Task<ApiResult<KubeList<T>>> ListPageAsync<T>(ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject =>
        CallAsync(RequestBuilder.List(type, query), body: null, Json, type.ListJson, cancellation);

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject
    {
        var @namespace = type.Namespaced ? value.Metadata.Namespace ?? string.Empty : string.Empty;
        var request = RequestBuilder.Create(type, @namespace, options);
        if (type.Namespaced && RequestBuilder.Refusal(namespaced: true, new ObjectName(@namespace, "any")) is { } refusal)
            return Task.FromResult(Invalid<T>(request, refusal));
        return CallAsync(request, Body(Prepared(type, value), type.Json), Json, type.Json, cancellation);
    }

    public Task<ApiResult<T>> ReplaceAsync<T>(
        ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject
    {
        var name = new ObjectName(value.Metadata.Namespace ?? string.Empty, value.Metadata.Name ?? string.Empty);
        var request = RequestBuilder.Replace(type, name, subresource, options);
        return OneAsync(type, name, request, Body(Prepared(type, value), type.Json), cancellation);
    }

    public Task<ApiResult<T>> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, string? subresource, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject
    {
        var request = RequestBuilder.Patch(type, name, patch.Kind, subresource, options);
        if (patch.Kind == PatchKind.Apply && string.IsNullOrEmpty(options.FieldManager))
            return Task.FromResult(Invalid<T>(request, "server-side apply needs a field manager"));
        return OneAsync(type, name, request, () => Content(patch.Body, ContentType(patch.Kind)), cancellation);
    }

    public async Task<ApiResult<bool>> DeleteAsync<T>(
        ResourceType<T> type, ObjectName name, DeleteQuery query, CancellationToken cancellation)
        where T : KubeObject
    {
        var request = RequestBuilder.Delete(type, name);
        var result = await OneAsync(type, name, request, Body(Options(query), KubeJsonContext.Default.DeleteOptions), KubeJsonContext.Default.UntypedObject, cancellation);
        return Map(result, IsGone);
    }

    /// <summary>Ok means accepted: the pod ends in its own grace. An eviction is never repeated here.</summary>
    public async Task<ApiResult<bool>> EvictAsync(ObjectName pod, DeleteQuery query, CancellationToken cancellation)
    {
        var eviction = new Eviction
        {
            Metadata = new ObjectMeta { Name = pod.Name, Namespace = pod.Namespace },
            DeleteOptions = Options(query),
        };
        var request = RequestBuilder.Evict(pod, query.DryRun);
        var result = await OneAsync(
            ResourceTypes.Pods, pod, request, Body(eviction, KubeJsonContext.Default.Eviction), KubeJsonContext.Default.UntypedObject, cancellation);
        return Map(result, _ => true);
    }

    public Task<ApiResult<T>> GetPathAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        GetPathAsync(path, Json, json, cancellation);

    public Task<ApiResult<T>> GetPathAsync<T>(string path, string accept, JsonTypeInfo<T> json, CancellationToken cancellation) =>
        CallAsync(RequestBuilder.Path(path), body: null, accept, json, cancellation);

    public void Dispose() => _transport.Dispose();

    private Task<ApiResult<T>> OneAsync<T>(
        ResourceType<T> type, ObjectName name, ApiRequest request, Func<HttpContent>? body, CancellationToken cancellation)
        where T : KubeObject =>
        OneAsync(type, name, request, body, type.Json, cancellation);

    private Task<ApiResult<TAnswer>> OneAsync<T, TAnswer>(
        ResourceType<T> type, ObjectName name, ApiRequest request, Func<HttpContent>? body, JsonTypeInfo<TAnswer> json, CancellationToken cancellation)
        where T : KubeObject =>
        RequestBuilder.Refusal(type.Namespaced, name) is { } refusal
            ? Task.FromResult(Invalid<TAnswer>(request, refusal))
            : CallAsync(request, body, Json, json, cancellation);

    private async Task<ApiResult<T>> CallAsync<T>(
        ApiRequest request, Func<HttpContent>? body, string accept, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        await SignInAsync(cancellation);
        using var deadline = new CancellationTokenSource(_options.CallTimeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var sent = await _channel.SendAsync(request, body, accept, _time.GetUtcNow() + _options.CallTimeout, both.Token);
            return sent is Sent.Answered { Answer: var answer }
                ? await ReadAsync(request, answer, json, both.Token)
                : new ApiResult<T>.Failed(((Sent.Refused)sent).Failure);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ApiResult<T>.Failed(ConnectionFailure.TimedOut(request, Server, _options.CallTimeout, "answer"));
        }
    }

    private async Task<ApiResult<T>> ReadAsync<T>(
        ApiRequest request, HttpResponseMessage answer, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        using var _ = answer;
        using var body = new BodyReader();
        try
        {
            if (!await body.ReadAsync(answer.Content, _options.LargestBody, cancellation))
                return Malformed<T>(request, answer, $"the body is larger than {_options.LargestBody} bytes");
        }
        catch (Exception e) when (ConnectionFailure.Explains(e))
        {
            return new ApiResult<T>.Failed(ConnectionFailure.From(request, Server, e));
        }

        return Decode(request, answer, body.Bytes, json);
    }

    private static ApiResult<T> Decode<T>(ApiRequest request, HttpResponseMessage answer, ReadOnlySpan<byte> body, JsonTypeInfo<T> json)
    {
        if (body.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..])
            return Malformed<T>(request, answer, $"the body is no JSON object but \"{FirstWords.Of(body)}\"");
        if (JsonText.Flaw(body) is { } flaw)
            return Malformed<T>(request, answer, $"a JSON body of {body.Length} bytes cannot be read: {flaw}");
        try
        {
            return JsonSerializer.Deserialize(body, json) is { } value
                ? new ApiResult<T>.Ok(value)
                : Malformed<T>(request, answer, "the body is null");
        }
        catch (JsonException e)
        {
            return Malformed<T>(request, answer, $"a JSON body of {body.Length} bytes cannot be read: {JsonPlace.Of(e)}");
        }
    }

    /// <summary>A person at a login takes longer than a call may. A failure comes again, with the call's name.</summary>
    private async ValueTask SignInAsync(CancellationToken cancellation) => await _connection.Credentials.GetAsync(cancellation);

    private static ApiResult<T> Malformed<T>(ApiRequest request, HttpResponseMessage answer, string what) => new ApiResult<T>.Failed(
        new ApiFailure(ApiFailureKind.Malformed, (int)answer.StatusCode, string.Empty, $"{request}: HTTP {(int)answer.StatusCode}: {what}", null, []));

    private static ApiResult<T> Invalid<T>(ApiRequest request, string what) => new ApiResult<T>.Failed(
        new ApiFailure(ApiFailureKind.Invalid, 0, string.Empty, $"{request}: not sent: {what}", null, []));

    private static ApiResult<TTo> Map<TFrom, TTo>(ApiResult<TFrom> result, Func<TFrom, TTo> map) => result switch
    {
        ApiResult<TFrom>.Ok { Value: var value } => new ApiResult<TTo>.Ok(map(value)),
        ApiResult<TFrom>.Failed { Failure: var failure } => new ApiResult<TTo>.Failed(failure),
        _ => throw new InvalidOperationException("a result is Ok or Failed"),
    };

    /// <summary>The server answers a Status, or the object as it was last: some kinds do so also when it is gone.</summary>
    private static bool IsGone(UntypedObject answer) =>
        answer.Kind == "Status"
        || (answer.Metadata is { Finalizers: null or [], DeletionTimestamp: null }
            or { Finalizers: null or [], DeletionGracePeriodSeconds: 0 });

    // Items of a list, and objects made by hand, carry neither; the server wants both.
    private static T Prepared<T>(ResourceType<T> type, T value)
        where T : KubeObject
    {
        value.ApiVersion ??= type.ApiVersion;
        value.Kind ??= type.Kind;
        return value;
    }

    private static DeleteOptions Options(DeleteQuery query) => new()
    {
        GracePeriodSeconds = query.GracePeriod is { } grace ? (long)grace.TotalSeconds : null,
        Preconditions = query.Uid is null && query.ResourceVersion is null
            ? null
            : new Preconditions { Uid = query.Uid, ResourceVersion = query.ResourceVersion },
        PropagationPolicy = query.PropagationPolicy,
        DryRun = query.DryRun ? ["All"] : null,
    };

    private static Func<HttpContent> Body<T>(T value, JsonTypeInfo<T> json)
    {
        ReadOnlyMemory<byte> bytes = JsonSerializer.SerializeToUtf8Bytes(value, json);
        return () => Content(bytes, Json);
    }

    private static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> bytes, string contentType)
    {
        var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return content;
    }

    private static string ContentType(PatchKind kind) => kind switch
    {
        PatchKind.Merge => "application/merge-patch+json",
        PatchKind.Strategic => "application/strategic-merge-patch+json",
        PatchKind.Json => "application/json-patch+json",
        // JSON is YAML, and this type is the one that every server with server-side apply takes.
        _ => "application/apply-patch+yaml",
    };
}
