using System.Runtime.CompilerServices;
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
    public void What_the_start_needed_is_given_back_once_the_agent_is_quiet()
    {
        _garbage.Allocated = QuietCollection.WorthCollecting;
        Look(QuietCollection.QuietLooks);
        _garbage.GivenBack.ShouldBe(0);

        Look(1);
        _garbage.GivenBack.ShouldBe(1);
        Look(10 * QuietCollection.QuietLooks);
        _garbage.GivenBack.ShouldBe(1);
    }

    [Fact]
    public void While_something_goes_on_nothing_is_given_back()
    {
        for (int i = 0; i < 10; i++)
        {
            _garbage.Allocated += QuietCollection.WorthCollecting;
            Look(QuietCollection.QuietLooks);
        }

        _garbage.GivenBack.ShouldBe(0);
    }

    [Fact]
    public void After_an_episode_it_is_given_back_again_but_not_in_it()
    {
        Look(QuietCollection.QuietLooks);
        _garbage.GivenBack.ShouldBe(1);

        for (int i = 0; i < 10 * QuietCollection.QuietLooks; i++)
        {
            _collection.Look(episodeRunning: true);
        }

        _garbage.GivenBack.ShouldBe(1);
        Look(QuietCollection.QuietLooks - 1);
        _garbage.GivenBack.ShouldBe(1);
        Look(1);
        _garbage.GivenBack.ShouldBe(2);
    }

    [Fact]
    public void Room_of_this_process_is_given_back()
    {
        Fill();
        var garbage = new ProcessGarbage();
        garbage.Collect();
        long before = GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;

        garbage.GiveBack();

        GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes.ShouldBeLessThan(before - (30 * 1024 * 1024));
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

    private void Look(int times)
    {
        for (int i = 0; i < times; i++)
        {
            _collection.Look(episodeRunning: false);
        }
    }

    // In a method of its own, so that no local of the test holds it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill()
    {
        byte[][] much = [.. Enumerable.Range(0, 64 * 1024).Select(static _ => new byte[1024])];
        GC.Collect();
        GC.KeepAlive(much);
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
