using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace NodeGuard.Kubernetes.Tests.Caching;

/// <summary>Random histories and faults; the simulation checks each state that a reader can see against the model.</summary>
public class CacheModelTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhateverTheServerDoesTheCacheEndsEqualToTheModelAndNeverShowsAStateThatNeverWas(bool serverStreams)
    {
        var faults = new Dictionary<string, int>();
        for (int seed = 1; seed <= FuzzScale.Cases(40); seed++)
        {
            using var run = new CacheSimulation(seed, serverStreams);
            try
            {
                run.Server.FaultRate = 1;
                run.WriteFor(TimeSpan.FromMinutes(5), perSecond: 2);
                run.Server.FaultRate = 0;
                // A silent stream is noticed in 90 s, a wait is at most 30 s, and a silence after that is a relist.
                run.World.RunFor(TimeSpan.FromMinutes(5));
                run.ShouldEqualTheModel();
                run.ChangesShouldAddUpToTheState();
            }
            catch (Exception wrong)
            {
                throw new InvalidOperationException($"seed {seed}, streaming {serverStreams}", wrong);
            }

            foreach ((string name, int count) in run.Server.Faults)
                faults[name] = faults.GetValueOrDefault(name) + count;
        }

        output.WriteLine(string.Join(", ", faults.OrderBy(f => f.Key).Select(f => $"{f.Key} {f.Value}")));
        string[] wanted =
        [
            "410", "410 on the stream", "broken line", "call without answer", "cut stream", "older list", "refused call",
            "repeated events", "short watch", "stalled stream", .. serverStreams ? ["cut initial stream"] : new[] { "expired token" },
        ];
        wanted.Except(faults.Keys).ShouldBeEmpty("faults that this test must have met");
    }

    [Fact]
    public void AnObjectDeletedAndRecreatedWhileTheServerWasStalledIsReplaced()
    {
        using var run = new CacheSimulation(seed: 1);
        var name = new ObjectName("ns", "a");
        run.History.Put(name, "place1");
        run.World.RunFor(TimeSpan.FromSeconds(5));
        string before = run.Cache.Current!.Objects.Single().Uid;

        run.Server.Stalled = true;
        run.World.RunFor(TimeSpan.FromSeconds(10));
        run.History.Delete(name);
        run.History.Put(name, "place2");
        run.History.Compact();
        run.World.RunFor(TimeSpan.FromMinutes(4));
        run.Server.Stalled = false;
        run.World.RunFor(TimeSpan.FromMinutes(2));

        run.ShouldEqualTheModel();
        run.Cache.Current!.Objects.Single().Uid.ShouldNotBe(before);
    }

    [Fact]
    public void AStalledStreamIsNoticedWithinBookmarkTimeAndGoesOnFromTheLastVersion()
    {
        using var run = new CacheSimulation(seed: 1);
        run.History.Put(new("ns", "a"), "place1");
        run.World.RunFor(TimeSpan.FromSeconds(5));
        run.Server.Stalled = true;
        run.World.RunFor(TimeSpan.FromSeconds(91));
        run.Server.Stalled = false;
        run.History.Put(new("ns", "b"), "place1");
        run.World.RunFor(TimeSpan.FromSeconds(1));

        run.ShouldEqualTheModel();
    }

    [Fact]
    public void NothingCanBeReadBeforeTheFirstStateIsComplete()
    {
        using var run = new CacheSimulation(seed: 1);
        run.Server.Stalled = true;
        run.History.Put(new("ns", "a"), "place1");
        run.World.RunFor(TimeSpan.FromHours(1));

        run.Cache.Current.ShouldBeNull();
        run.Cache.Health.Synced.ShouldBeFalse();
        run.Cache.Health.LastProgress.ShouldBeNull();
        Task synced = run.Cache.WaitForSyncAsync(CancellationToken.None);
        synced.IsCompleted.ShouldBeFalse();
        run.Server.Stalled = false;
        run.World.RunFor(TimeSpan.FromMinutes(2));
        run.Cache.Health.Synced.ShouldBeTrue();
        run.ShouldEqualTheModel();
    }

    [Fact]
    public void AnOwnWriteIsWaitedForByItsVersion()
    {
        using var run = new CacheSimulation(seed: 1);
        run.World.RunFor(TimeSpan.FromSeconds(5));
        run.Server.Stalled = true;
        run.History.Put(new("ns", "a"), "place1");
        string mine = ModelHistory.Text(run.History.Version);
        string? read = null;
        run.Process.Start(async () => read = (await run.Cache.WaitForVersionAsync(mine, CancellationToken.None)).Objects.Single().Version);
        run.World.RunFor(TimeSpan.FromSeconds(30));
        read.ShouldBeNull();

        run.Server.Stalled = false;
        run.World.RunFor(TimeSpan.FromSeconds(1));

        read.ShouldBe(mine);
    }

    [Fact]
    public void AWriteThatTheSelectorsHideIsReachedWithTheNextBookmark()
    {
        using var run = new CacheSimulation(seed: 1);
        run.World.RunFor(TimeSpan.FromSeconds(5));
        run.History.Elsewhere();
        string hidden = ModelHistory.Text(run.History.Version);
        bool reached = false;
        run.Process.Start(async () =>
        {
            await run.Cache.WaitForVersionAsync(hidden, CancellationToken.None);
            reached = true;
        });

        run.World.RunFor(TimeSpan.FromSeconds(61));

        reached.ShouldBeTrue();
    }

    [Fact]
    public void WhatDidNotChangeIsNotMadeAgainByARelist()
    {
        using var run = new CacheSimulation(seed: 1);
        run.History.Put(new("ns", "a"), "place1");
        run.World.RunFor(TimeSpan.FromSeconds(5));
        KeptThing before = run.Cache.Current!.Objects.Single();
        run.Server.Stalled = true;
        run.World.RunFor(TimeSpan.FromMinutes(4));
        run.Server.Stalled = false;
        run.World.RunFor(TimeSpan.FromMinutes(2));

        run.Cache.Current!.Objects.Single().ShouldBeSameAs(before);
        run.Changes.Count.ShouldBe(1);
    }
}
