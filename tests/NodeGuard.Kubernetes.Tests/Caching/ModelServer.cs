using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Testing.Simulation;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>Serves lists and watches of a <see cref="ModelHistory"/> on a virtual clock, with every fault that its dice give.</summary>
internal sealed class ModelServer(VirtualWorld world, ModelHistory history, Random dice) : IKubeApi
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);


    /// <summary>0 no fault at all, 1 the worst.</summary>
    public double FaultRate { get; set; }

    public bool HasStreaming { get; init; } = true;

    /// <summary>Nothing answers and no stream says anything.</summary>
    public bool Stalled { get; set; }

    /// <summary>Faults that happened, by name: a test that met none shows nothing.</summary>
    public Dictionary<string, int> Faults { get; } = [];

    private int _olderInARow;

    public async Task<ApiResult<KubeList<T>>> ListPageAsync<T>(
        ResourceType<T> type, ListQuery query, CancellationToken cancellation)
        where T : KubeObject
    {
        await AnswerAsync(cancellation);
        if (RefusalOf(query.Continue is not null) is { } refusal)
            return new ApiResult<KubeList<T>>.Failed(refusal);
        (ulong version, int from) = query.Continue is null ? (ListVersion(), 0) : Token(query.Continue);
        if (version < history.CompactedTo && query.Continue is not null)
            return new ApiResult<KubeList<T>>.Failed(Failure(ApiFailureKind.Gone));
        var all = history.At(version)!.Values.OrderBy(thing => thing.Name.ToString(), StringComparer.Ordinal).ToList();
        int limit = query.Limit == 0 ? int.MaxValue : query.Limit;
        var page = new KubeList<T> { Metadata = { ResourceVersion = ModelHistory.Text(version) } };
        page.Items.AddRange(all.Skip(from).Take(limit).Select(Model<T>));
        if (all.Count - from > limit)
            page.Metadata.Continue = $"{version}/{from + limit}";
        return new ApiResult<KubeList<T>>.Ok(page);
    }

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        await AnswerAsync(cancellation);
        if (RefusalOf(false) is { } refusal)
        {
            yield return new WatchEvent<T>.Failed(refusal);
            yield break;
        }

        if (query.SendInitialEvents && !HasStreaming)
        {
            yield return new WatchEvent<T>.Failed(Failure(ApiFailureKind.Invalid));
            yield break;
        }

        ulong at = query.SendInitialEvents ? ListVersion() : ulong.Parse(query.ResourceVersion!, CultureInfo.InvariantCulture);
        if (at < history.CompactedTo && !query.SendInitialEvents)
        {
            Count("410");
            yield return new WatchEvent<T>.Failed(Failure(ApiFailureKind.Gone));
            yield break;
        }

        TimeSpan end = world.Now + (Fault("short watch", 0.2) ? TimeSpan.FromSeconds(dice.Next(30)) : query.ServerTimeout!.Value);
        if (query.SendInitialEvents)
        {
            foreach (KeptThing thing in history.At(at)!.Values)
            {
                if (Fault("cut initial stream", 0.02))
                    yield break;
                yield return new WatchEvent<T>.Added(Model<T>(thing));
            }

            yield return new WatchEvent<T>.Bookmark(ModelHistory.Text(at), InitialEventsEnd: true);
        }

        await foreach (WatchEvent<T> happened in ChangesAsync<T>(at, end, cancellation))
            yield return happened;
    }

    private async IAsyncEnumerable<WatchEvent<T>> ChangesAsync<T>(
        ulong at, TimeSpan end, [EnumeratorCancellation] CancellationToken cancellation)
        where T : KubeObject
    {
        TimeSpan bookmark = world.Now + BookmarkEvery;
        while (world.Now < end)
        {
            await DelayAsync(Poll, cancellation);
            if (Fault("stalled stream", 0.0005))
                await DelayAsync(TimeSpan.FromHours(10), cancellation);
            while (Stalled)
                await DelayAsync(Poll, cancellation);
            if (at < history.CompactedTo && Fault("410 on the stream", 0.5))
            {
                yield return new WatchEvent<T>.Failed(Failure(ApiFailureKind.Gone));
                yield break;
            }

            foreach (ModelChange change in history.Changes.Where(change => change.Version > at).ToList())
            {
                if (Fault("cut stream", 0.02))
                    yield break;
                if (Fault("broken line", 0.01))
                {
                    yield return new WatchEvent<T>.Failed(Failure(ApiFailureKind.Malformed));
                    yield break;
                }

                yield return EventOf<T>(change);
                at = change.Version;
                if (Fault("repeated events", 0.05))
                {
                    foreach (ModelChange again in history.Changes.Where(c => c.Version <= at).TakeLast(dice.Next(1, 6)).ToList())
                        yield return EventOf<T>(again);
                }
            }

            if (world.Now < bookmark)
                continue;
            bookmark = world.Now + BookmarkEvery;
            at = history.Version;
            yield return new WatchEvent<T>.Bookmark(ModelHistory.Text(at), InitialEventsEnd: false);
        }
    }

    public Task<ApiResult<T>> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> CreateAsync<T>(ResourceType<T> type, T value, WriteOptions options, CancellationToken cancellation)
        where T : KubeObject => throw new NotSupportedException();

    public Task<ApiResult<T>> ReplaceAsync<T>(
        ResourceType<T> type, T value, string? subresource, WriteOptions options, CancellationToken cancellation)
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

    private static (ulong Version, int From) Token(string token)
    {
        string[] parts = token.Split('/');
        return (ulong.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static ApiFailure Failure(ApiFailureKind kind) => new(kind, 0, "", $"the model answers {kind}", null, []);

    private static WatchEvent<T> EventOf<T>(ModelChange change)
        where T : KubeObject => change.Type switch
        {
            "ADDED" => new WatchEvent<T>.Added(Model<T>(change.Thing)),
            "MODIFIED" => new WatchEvent<T>.Modified(Model<T>(change.Thing)),
            _ => new WatchEvent<T>.Deleted(Model<T>(change.Thing)),
        };

    private static T Model<T>(KeptThing thing)
        where T : KubeObject => (T)(KubeObject)new Thing
        {
            Metadata = { Namespace = thing.Name.Namespace, Name = thing.Name.Name, Uid = thing.Uid, ResourceVersion = thing.Version },
            Place = thing.Place,
        };

    /// <summary>Now and then a replica answers that is behind; never so often in a row that it is a history set back.</summary>
    private ulong ListVersion()
    {
        if (_olderInARow >= 3 || !Fault("older list", 0.3))
        {
            _olderInARow = 0;
            return history.Version;
        }

        _olderInARow++;
        return history.Version - (ulong)dice.Next((int)Math.Min(40, history.Version - 1_000) + 1);
    }

    private ApiFailure? RefusalOf(bool page)
    {
        if (page && Fault("expired token", 0.05))
            return Failure(ApiFailureKind.Gone);
        ApiFailureKind[] kinds =
            [ApiFailureKind.Unreachable, ApiFailureKind.Throttled, ApiFailureKind.ServerError, ApiFailureKind.Timeout];
        return Fault("refused call", 0.15) ? Failure(kinds[dice.Next(kinds.Length)]) : null;
    }

    private async Task AnswerAsync(CancellationToken cancellation)
    {
        await DelayAsync(TimeSpan.FromMilliseconds(dice.Next(1, 100)), cancellation);
        while (Stalled)
            await DelayAsync(Poll, cancellation);
        if (Fault("call without answer", 0.02))
            await DelayAsync(TimeSpan.FromHours(10), cancellation);
    }

    private bool Fault(string name, double weight)
    {
        bool hit = FaultRate > 0 && dice.NextDouble() < weight * FaultRate;
        if (hit)
            Count(name);
        return hit;
    }

    private void Count(string name) => Faults[name] = Faults.GetValueOrDefault(name) + 1;

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellation)
    {
        var over = new TaskCompletionSource();
        SynchronizationContext caller = SynchronizationContext.Current!;
        VirtualWorld.Due due = world.After(delay, () => caller.Post(_ => over.TrySetResult(), null));
        await using CancellationTokenRegistration registration = cancellation.Register(() =>
        {
            due.Cancelled = true;
            over.TrySetCanceled(cancellation);
        });
        await over.Task;
    }
}
