using NodeGuard.Agent.Hosting;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Hosting;

public sealed class QuietCollectionTests
{
    private readonly FakeGarbage _garbage = new();
    private readonly QuietCollection _collection;

    public QuietCollectionTests() => _collection = new QuietCollection(_garbage);

    [Fact]
    public void What_is_worth_it_is_collected_once()
    {
        _garbage.Allocated = QuietCollection.WorthCollecting;

        _collection.Look(episodeRunning: false).ShouldBeTrue();
        _collection.Look(episodeRunning: false).ShouldBeFalse();

        _garbage.Collected.ShouldBe(1);
    }

    [Fact]
    public void A_little_waits_until_it_is_more()
    {
        _garbage.Allocated = QuietCollection.WorthCollecting;
        _collection.Look(episodeRunning: false);

        _garbage.Allocated += QuietCollection.WorthCollecting - 1;
        _collection.Look(episodeRunning: false).ShouldBeFalse();
        _garbage.Allocated++;
        _collection.Look(episodeRunning: false).ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_collected_while_an_episode_runs()
    {
        _garbage.Allocated = 100 * QuietCollection.WorthCollecting;

        _collection.Look(episodeRunning: true).ShouldBeFalse();
        _garbage.Collected.ShouldBe(0);
        _collection.Look(episodeRunning: false).ShouldBeTrue();
    }

    [Fact]
    public void This_process_is_collected()
    {
        var garbage = new ProcessGarbage();
        long before = garbage.Allocated;
        int collections = GC.CollectionCount(0);
        byte[][] kept = [.. Enumerable.Range(0, 1024).Select(static _ => new byte[1024])];

        garbage.Collect();

        GC.CollectionCount(0).ShouldBeGreaterThan(collections);
        garbage.Allocated.ShouldBeGreaterThan(before + (kept.Length * 1000));
        GC.KeepAlive(kept);
    }

    private sealed class FakeGarbage : IGarbage
    {
        public long Allocated { get; set; }

        public int Collected { get; private set; }

        public int GivenBack { get; private set; }

        public void Collect() => Collected++;

        public void GiveBack() => GivenBack++;
    }
}
