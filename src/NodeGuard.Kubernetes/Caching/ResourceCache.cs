using Microsoft.Extensions.Logging;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Caching;

/// <summary>
/// Holds all objects of one type, as the server last told them: reads the state once and follows its changes. Readers get
/// whole states only, never one that the server did not have, and never an older one after a newer.
/// </summary>
/// <remarks>
/// A server whose history was set back (restored from a backup) is believed after several complete states in a row that are
/// older than ours; only then does <see cref="CacheSnapshot{TKept}.ResourceVersion"/> fall.
/// </remarks>
public sealed partial class ResourceCache<T, TKept>
    where T : KubeObject
    where TKept : class
{
    private readonly IKubeApi _api;
    private readonly ResourceType<T> _type;
    private readonly CacheOptions<T, TKept> _options;
    private readonly CacheMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Func<double> _roll;
    private readonly ILogger _log;
    private readonly string _resource;
    private readonly StringPool _pool = new();
    private readonly ObjectTable<TKept> _table;
    private readonly StateDraft<TKept> _draft = new();
    private readonly PublishedState<TKept> _published = new();
    private SyncState _state;
    private long _progressed;
    private volatile string? _lastFailure;

    /// <param name="random">Numbers in [0, 1) that spread waits; null for the framework's own.</param>
    public ResourceCache(
        IKubeApi api,
        ResourceType<T> type,
        CacheOptions<T, TKept> options,
        CacheMetrics metrics,
        TimeProvider time,
        ILogger log,
        Func<double>? random = null)
    {
        _api = api;
        _type = type;
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
        _roll = random ?? Random.Shared.NextDouble;
        _resource = type.ToString();
        _table = new(options.Indexes);
        _state = SyncMachine.Start(options.Streaming);
        metrics.Register(_resource, () => Health);
    }

    /// <summary>The newest state; null until the first is complete. Null is "not known", not "none".</summary>
    public CacheSnapshot<TKept>? Current => _published.Current;

    public CacheHealth Health
    {
        get
        {
            long progressed = Volatile.Read(ref _progressed);
            TimeSpan? age = progressed == 0 ? null : _time.GetElapsedTime(progressed);
            return new(Current is not null, Current?.Count ?? 0, age, _lastFailure);
        }
    }

    /// <summary>Ends when the first complete state can be read.</summary>
    public Task<CacheSnapshot<TKept>> WaitForSyncAsync(CancellationToken cancellation) =>
        _published.WaitAsync(static _ => true, cancellation);

    /// <summary>Ends with the first state that is not <paramref name="seen"/> any more: the way to follow changes without polling.</summary>
    public Task<CacheSnapshot<TKept>> WaitForNewerAsync(CacheSnapshot<TKept> seen, CancellationToken cancellation) =>
        _published.WaitAsync(now => now.Generation > seen.Generation, cancellation);

    /// <summary>
    /// Ends with a state that holds an own write, given the resourceVersion that the write answered. A write that the
    /// cache's selectors hide is reached with the next bookmark. A version without order is never waited for.
    /// </summary>
    public Task<CacheSnapshot<TKept>> WaitForVersionAsync(string version, CancellationToken cancellation) =>
        _published.WaitAsync(now => !ResourceVersions.IsOlder(now.ResourceVersion, version), cancellation);

    /// <summary>Follows the server until cancelled; failures are waited out and counted. To be called once.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (true)
        {
            if (_state.Delay > TimeSpan.Zero)
                await Task.Delay(_state.Delay, _time, stop);
            try
            {
                await CallAsync(stop);
            }
            catch (Exception broken) when (!stop.IsCancellationRequested)
            {
                // A transform that does not take an object, or a broken environment: what was asked for is asked again later.
                Failed(new(ApiFailureKind.Malformed, 0, "", $"{_resource}: {broken.GetType().Name}: {broken.Message}", null, []));
            }

            stop.ThrowIfCancellationRequested();
        }
    }

    private Task CallAsync(CancellationToken stop) => _state.Phase switch
    {
        SyncPhase.Listing => ListPageAsync(stop),
        SyncPhase.Streaming => FollowAsync(new() { SendInitialEvents = true }, stop),
        _ => FollowAsync(new() { ResourceVersion = _state.Version }, stop),
    };

    private async Task ListPageAsync(CancellationToken stop)
    {
        var query = new ListQuery(
            _options.Namespace, _options.LabelSelector, _options.FieldSelector,
            _state.WholeList ? 0 : _options.PageSize, _state.Continue);
        ApiResult<KubeList<T>>? answer = await InTimeAsync(token => _api.ListPageAsync(_type, query, token), stop);
        switch (answer)
        {
            case null:
                Failed(new(
                    ApiFailureKind.Timeout, 0, "",
                    $"listing {_resource}: no answer within {_options.PageTimeout.TotalSeconds:0} s", null, []));
                break;
            case ApiResult<KubeList<T>>.Failed failed:
                Failed(failed.Failure);
                break;
            case ApiResult<KubeList<T>>.Ok page:
                foreach (T item in page.Value.Items)
                    _draft.Put(NameOf(item), Entry(item));
                Touch();
                Decide(string.IsNullOrEmpty(page.Value.Metadata.Continue)
                    ? new SyncEvent.StateComplete(page.Value.Metadata.ResourceVersion ?? "")
                    : new SyncEvent.PageRead(page.Value.Metadata.Continue));
                break;
        }
    }

    /// <summary>Null when there was no answer in time.</summary>
    private async Task<TResult?> InTimeAsync<TResult>(Func<CancellationToken, Task<TResult>> call, CancellationToken stop)
        where TResult : class
    {
        using var timeout = new CancellationTokenSource(_options.PageTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task FollowAsync(WatchQuery start, CancellationToken stop)
    {
        WatchQuery query = start with
        {
            Namespace = _options.Namespace,
            LabelSelector = _options.LabelSelector,
            FieldSelector = _options.FieldSelector,
            ServerTimeout = _options.WatchTime * (1 + _roll()),
        };
        long opened = _time.GetTimestamp();
        _metrics.Watched(_resource);
        using var silence = new SilenceWatchdog(_time, _options.Silence, stop);
        try
        {
            await foreach (WatchEvent<T> happened in _api.WatchAsync(_type, query, silence.Token))
            {
                silence.Touch();
                if (!Take(happened))
                    return;
            }
        }
        catch (OperationCanceledException) when (silence.Fired)
        {
            // Told by the watchdog below.
        }

        stop.ThrowIfCancellationRequested();
        Decide(silence.Fired ? new SyncEvent.Silent() : new SyncEvent.Ended(_time.GetElapsedTime(opened)));
    }

    [LoggerMessage(1, LogLevel.Warning, "{Resource}: {Kind}: {Message}; again in {Seconds:0.0} s")]
    private static partial void CallFailed(ILogger log, string resource, ApiFailureKind kind, string message, double seconds);

    [LoggerMessage(2, LogLevel.Information, "{Resource}: the state is read again: {Reason}")]
    private static partial void ReadingAgain(ILogger log, string resource, RelistReason reason);
}
