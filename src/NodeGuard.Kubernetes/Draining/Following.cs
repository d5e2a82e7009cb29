using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;

namespace NodeGuard.Kubernetes.Draining;

/// <summary>What <see cref="Following{T}"/> hears, one call at a time and in the server's order.</summary>
internal interface IFollower<T>
    where T : KubeObject
{
    /// <summary>The whole state, as of a list that was asked for at <paramref name="askedAt"/>.</summary>
    void Listed(IReadOnlyList<T> all, DateTimeOffset askedAt);

    void Changed(T value);

    void Removed(T value);

    /// <summary>A list or watch failed; it is tried again after a pause.</summary>
    void Failing(ApiFailure failure);
}

/// <summary>Lists, then watches from there; whenever the stream ends or fails, begins anew. Few objects, short-lived.</summary>
internal sealed class Following<T>(IKubeApi api, TimeProvider time, ResourceType<T> type, ListQuery query, IFollower<T> follower)
    where T : KubeObject
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WatchLength = TimeSpan.FromMinutes(5);
    private readonly Lock _gate = new();
    private CancellationTokenSource? _watch;

    /// <summary>Begins anew at once, with a list.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _watch?.Cancel();
        }
    }

    /// <param name="from">A resourceVersion whose state the follower has; null lists first.</param>
    public async Task RunAsync(string? from, CancellationToken cancellation)
    {
        var pause = FirstPause;
        while (!cancellation.IsCancellationRequested)
        {
            var failure = from is null
                ? await ListAsync(version => from = version, cancellation)
                : null;
            failure ??= await WatchAsync(from!, cancellation);
            from = null;
            if (failure is null)
            {
                pause = FirstPause;
                continue;
            }

            // An expired version is no fault: the list that follows mends it.
            if (failure.Kind != ApiFailureKind.Gone)
            {
                follower.Failing(failure);
                await Task.Delay(failure.RetryAfter is { } asked && asked > pause ? asked : pause, time, cancellation);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task<ApiFailure?> ListAsync(Action<string> version, CancellationToken cancellation)
    {
        var askedAt = time.GetUtcNow();
        var (all, resourceVersion, failure) = await PagedList.ReadAsync(api, type, query, cancellation);
        if (failure is null)
        {
            follower.Listed(all, askedAt);
            version(resourceVersion);
        }

        return failure;
    }

    private async Task<ApiFailure?> WatchAsync(string from, CancellationToken cancellation)
    {
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_gate)
        {
            _watch = watch;
        }

        try
        {
            var asked = new WatchQuery(query.Namespace, query.LabelSelector, query.FieldSelector, from, ServerTimeout: WatchLength);
            await foreach (var change in api.WatchAsync(type, asked, watch.Token))
            {
                switch (change)
                {
                    case WatchEvent<T>.Added added:
                        follower.Changed(added.Value);
                        break;
                    case WatchEvent<T>.Modified modified:
                        follower.Changed(modified.Value);
                        break;
                    case WatchEvent<T>.Deleted deleted:
                        follower.Removed(deleted.Value);
                        break;
                    case WatchEvent<T>.Failed failed:
                        return failed.Failure;
                }
            }
        }
        catch (OperationCanceledException) when (watch.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // Restarted.
        }
        finally
        {
            lock (_gate)
            {
                _watch = null;
            }
        }

        return null;
    }
}
