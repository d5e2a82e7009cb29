using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Store;
using Shouldly;
using Xunit;

namespace NodeGuard.Sandbox.Tests.Store;

public sealed class ObjectStoreTests
{
    private readonly ObjectStore _store = new(history: 8);

    [Fact]
    public void Each_write_counts_the_one_revision_and_stamps_the_object()
    {
        StoreResult first = Create("a");
        StoreResult second = _store.Create("nodes", "n", New("n"));

        second.Object!.Revision.ShouldBe(first.Object!.Revision + 1);
        second.Object.Value["metadata"]!["resourceVersion"]!.GetValue<string>().ShouldBe($"{second.Object.Revision}");
        _store.Revision.ShouldBe(second.Object.Revision);
    }

    [Fact]
    public void A_writer_that_read_an_older_version_is_told_the_conflict()
    {
        StoredObject read = Create("a").Object!;
        _store.Update("pods", read, New("a")).Outcome.ShouldBe(StoreOutcome.Done);

        _store.Update("pods", read, New("a")).Outcome.ShouldBe(StoreOutcome.Conflict);
        _store.Delete("pods", read).Outcome.ShouldBe(StoreOutcome.Conflict);
        Create("a").Outcome.ShouldBe(StoreOutcome.AlreadyExists);
        _store.Delete("pods", _store.Get("pods", "a")!).Outcome.ShouldBe(StoreOutcome.Done);
        _store.Delete("pods", read).Outcome.ShouldBe(StoreOutcome.NotFound);
    }

    [Fact]
    public void A_watch_gives_every_write_after_its_revision_in_order()
    {
        long start = Create("a").Object!.Revision;
        StoredObject read = _store.Get("pods", "a")!;
        read = _store.Update("pods", read, New("a")).Object!;
        _store.Delete("pods", read);

        WatchCursor cursor = _store.Watch("pods", start)!;
        var events = new StoreEvent[8];
        int count = cursor.Read(events);

        events[..count].Select(e => e.Type).ShouldBe([StoreEventType.Modified, StoreEventType.Deleted]);
        events[1].Object.Revision.ShouldBe(_store.Revision);
        cursor.Settled().ShouldBe(_store.Revision);
    }

    [Fact]
    public void A_reader_that_waits_is_woken_by_the_next_write()
    {
        WatchCursor cursor = _store.Watch("pods", _store.Revision)!;
        Task changed = cursor.Changed();
        changed.IsCompleted.ShouldBeFalse();

        Create("a");

        changed.IsCompleted.ShouldBeTrue();
        cursor.Changed().IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void A_reader_of_a_namespace_is_woken_by_its_writes_and_by_others_before_they_overtake_it()
    {
        WatchCursor cursor = _store.Watch("pods", _store.Revision)!;
        Task changed = cursor.Changed("x");
        Create("y/a");
        changed.IsCompleted.ShouldBeFalse();
        Create("x/a");
        changed.IsCompleted.ShouldBeTrue();

        var events = new StoreEvent[8];
        int seen = cursor.Read(events);
        for (int i = 0; i < 50; i++)
        {
            changed = cursor.Changed("x");
            Create($"y/{i}");
            if (!changed.IsCompleted)
                continue;
            int count = cursor.Read(events);
            count.ShouldBeGreaterThan(0, "it is never overtaken");
            seen += count;
        }

        seen.ShouldBeGreaterThan(48);
    }

    [Fact]
    public void A_slow_reader_loses_its_place_and_is_told_so()
    {
        WatchCursor slow = _store.Watch("pods", _store.Revision)!;
        long start = _store.Revision;
        for (int i = 0; i < 9; i++)
            Create($"p{i}");

        slow.Read(new StoreEvent[4]).ShouldBe(-1);
        _store.Watch("pods", start).ShouldBeNull();
        _store.Watch("pods", start + 1).ShouldNotBeNull();
    }

    [Fact]
    public void Compaction_forgets_the_history_and_keeps_the_objects()
    {
        long start = Create("a").Object!.Revision;
        Create("b");
        _store.Compact("pods");

        _store.Watch("pods", start).ShouldBeNull();
        _store.SnapshotAt("pods", start).ShouldBeNull();
        _store.Watch("pods", _store.Revision).ShouldNotBeNull();
        _store.Snapshot("pods").Count.ShouldBe(2);
    }

    [Fact]
    public void A_snapshot_of_an_older_revision_shows_what_was_there_then()
    {
        StoredObject a = Create("a").Object!;
        StoredObject b = Create("b").Object!;
        long then = _store.Revision;
        _store.Delete("pods", a);
        _store.Update("pods", b, New("b"));
        Create("c");

        Snapshot old = _store.SnapshotAt("pods", then)!;

        old.Objects().ShouldBe([a, b]);
        _store.Snapshot("pods").Objects().Select(o => o.Key).ShouldBe(["b", "c"]);
    }

    [Fact]
    public void A_snapshot_pages_by_namespace_from_behind_a_key()
    {
        foreach (string key in (string[])["x/a", "x/b", "x/c", "x-y/a", "y/a"])
            _store.Create("pods", key, New(key));
        Snapshot all = _store.Snapshot("pods");

        all.Objects("x").Select(o => o.Key).ShouldBe(["x/a", "x/b", "x/c"]);
        all.Objects("x", after: "x/a").Select(o => o.Key).ShouldBe(["x/b", "x/c"]);
        all.Objects(null, after: "x/b").Select(o => o.Key).ShouldBe(["x/c", "y/a"]);
        all.Objects("none").ShouldBeEmpty();
    }

    private static JsonObject New(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private StoreResult Create(string name) => _store.Create("pods", name, New(name));
}
