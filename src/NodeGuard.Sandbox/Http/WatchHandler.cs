using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Store;

namespace NodeGuard.Sandbox.Http;

/// <summary>
/// One watch: events after a revision as lines of JSON. An object that comes into the selector is ADDED, one that leaves
/// it DELETED. Nothing is buffered for a slow client: when the ring of events has overtaken it, it gets 410.
/// </summary>
internal sealed class WatchHandler(Cluster cluster, ApiRequest request, ListOptions options, ObjectWriter writer)
{
    private const int BatchSize = 256;
    private static readonly TimeSpan BookmarkInterval = TimeSpan.FromMinutes(1);

    private readonly StoreEvent[] _batch = new StoreEvent[BatchSize];
    private readonly string _prefix = request is { Resource.Namespaced: true, Namespace.Length: > 0 } ? request.Namespace + "/" : "";

    /// <summary>Where the watch starts, and what it sends before the first event; or why it cannot start.</summary>
    public WatchCursor? Start(out IReadOnlyList<StoredObject> initial, out ApiStatus? refused)
    {
        initial = [];
        refused = null;
        string resource = request.Resource.StorageKey;
        long wanted = options.ResourceVersion ?? 0;
        if (wanted > cluster.Store.Revision)
        {
            refused = ApiStatus.TooLargeVersion(wanted, cluster.Store.Revision);
            return null;
        }

        if (wanted > 0 && !options.SendInitialEvents)
        {
            if (cluster.Store.Watch(resource, wanted) is { } cursor)
                return cursor;
            refused = TooOld(wanted);
            return null;
        }

        Snapshot snapshot = cluster.Store.Snapshot(resource);
        if (!options.SendInitialEventsSet || options.SendInitialEvents)
            initial = [.. snapshot.Objects(_prefix.TrimEnd('/')).Where(options.Matches)];
        return cluster.Store.Watch(resource, snapshot.Revision);
    }

    /// <summary>Sends until the client leaves, the time is over, or the place is lost.</summary>
    public async Task RunAsync(
        PipeWriter output, WatchCursor cursor, IReadOnlyList<StoredObject> initial, CancellationToken cancellation)
    {
        foreach (StoredObject stored in initial)
        {
            Write(output, "ADDED", stored);
            if (output.UnflushedBytes > 65536)
                await output.FlushAsync(cancellation);
        }

        if (options.SendInitialEvents)
            WriteBookmark(output, cluster.Store.Revision, initialEventsEnd: true);
        await output.FlushAsync(cancellation);
        string @namespace = _prefix.TrimEnd('/');
        var bell = new WatchBell();
        await using ITimer bookmarks = cluster.Clock.CreateTimer(_ => bell.RingForBookmark(), null, BookmarkInterval, BookmarkInterval);
        await using CancellationTokenRegistration end = cancellation.Register(bell.Ring);
        while (await SendAsync(output, cursor, cancellation))
        {
            if (bell.TakeBookmark())
                await BookmarkAsync(output, cursor, cancellation);
            await bell.WaitAsync(cursor.Changed(@namespace), cancellation);
        }
    }

    /// <summary>Sends what there is and says how far the watch has come, where the client takes that.</summary>
    public async Task EndAsync(PipeWriter output, WatchCursor cursor, CancellationToken cancellation)
    {
        if (await SendAsync(output, cursor, cancellation))
            await BookmarkAsync(output, cursor, cancellation);
    }

    private async Task BookmarkAsync(PipeWriter output, WatchCursor cursor, CancellationToken cancellation)
    {
        if (!options.Bookmarks || cursor.Settled() is not { } revision)
            return;
        WriteBookmark(output, revision, initialEventsEnd: false);
        await output.FlushAsync(cancellation);
    }

    private static ApiStatus TooOld(long wanted) =>
        ApiStatus.Expired($"too old resource version: {wanted}");

    /// <summary>Sends what there is; false when the place is lost.</summary>
    private async Task<bool> SendAsync(PipeWriter output, WatchCursor cursor, CancellationToken cancellation)
    {
        int count;
        while ((count = cursor.Read(_batch)) > 0)
        {
            for (int i = 0; i < count; i++)
                Send(output, _batch[i]);
            if (output.UnflushedBytes > 0)
                await output.FlushAsync(cancellation);
        }

        if (count == 0)
            return true;
        output.Write("{\"type\":\"ERROR\",\"object\":"u8);
        output.Write(JsonText.Utf8(ApiStatus.Expired("too old resource version: this watch was too slow").ToJson()));
        output.Write("}\n"u8);
        await output.FlushAsync(cancellation);
        return false;
    }

    private void Send(PipeWriter output, StoreEvent entry)
    {
        if (_prefix.Length > 0 && !entry.Object.Key.StartsWith(_prefix, StringComparison.Ordinal))
            return;
        bool before = entry.Previous is not null && options.Matches(entry.Previous);
        bool now = entry.Type != StoreEventType.Deleted && options.Matches(entry.Object);
        switch (before, now)
        {
            case (false, true):
                Write(output, "ADDED", entry.Object);
                break;
            case (true, true):
                Write(output, "MODIFIED", entry.Object);
                break;
            case (true, false):
                Write(output, "DELETED", entry.Type == StoreEventType.Deleted ? entry.Object : LeftSelector(entry));
                break;
            default:
                break;
        }
    }

    /// <summary>The last version that matched, with the revision at which it left.</summary>
    private static StoredObject LeftSelector(StoreEvent entry)
    {
        JsonObject last = entry.Previous!.Value.Clone();
        last["metadata"]!["resourceVersion"] = entry.Revision.ToString(CultureInfo.InvariantCulture);
        return new StoredObject(entry.Object.Key, last, entry.Revision);
    }

    private void Write(PipeWriter output, string type, StoredObject stored)
    {
        output.Write("{\"type\":\""u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(type));
        output.Write("\",\"object\":"u8);
        writer.Write(output, stored);
        output.Write("}\n"u8);
    }

    private void WriteBookmark(PipeWriter output, long revision, bool initialEventsEnd)
    {
        var meta = new JsonObject
        {
            ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture),
            ["creationTimestamp"] = null,
        };
        if (initialEventsEnd)
            meta["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        var bookmark = new JsonObject
        {
            ["type"] = "BOOKMARK",
            ["object"] = writer.Bookmark(meta),
        };
        output.Write(JsonText.Utf8(bookmark));
        output.Write("\n"u8);
    }
}
