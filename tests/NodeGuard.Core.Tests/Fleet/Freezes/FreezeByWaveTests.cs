using NodeGuard.Core.Fleet.Freezes;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Freezes;

public class FreezeByWaveTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("F", 0, true)]
    [InlineData("F", 1, false)]
    [InlineData("FSF", 1, true)]
    [InlineData("FSFSSF", 3, false)]
    [InlineData("SSS", 0, false)]
    [InlineData("", 0, false)]
    public void OneFailureMoreThanToleratedFreezesInARowOrNot(string ended, int most, bool frozen)
    {
        Freeze? freeze = FreezeRules.ByWave("workers", "canary", Ended(ended), most, liftedAt: null);

        (freeze is not null).ShouldBe(frozen);
    }

    [Fact]
    public void TheFreezeNamesTheWaveTheLimitAndEachFailure()
    {
        Freeze freeze = FreezeRules.ByWave("workers", "canary", Ended("FSF"), 1, liftedAt: null)!;

        freeze.Cause.ShouldBe(FreezeRules.FailedWave);
        freeze.Message.ShouldBe("2 recycles of policy workers's wave canary have failed, 1 are tolerated; the last: node node-2: it never came. When that is mended: nodeguard resume workers");
        freeze.Evidence.Count.ShouldBe(2);
        freeze.Evidence[0].ShouldBe("2026-11-21 10:00:00 UTC NodeRecycle recycle-0 of node node-0: it never came");
    }

    [Fact]
    public void WhatAPersonHasLookedAtCountsNoMore() =>
        FreezeRules.ByWave("workers", "canary", Ended("FF"), 1, liftedAt: Start).ShouldBeNull();

    private static EndedRecycle[] Ended(string outcomes) =>
        [.. outcomes.Select(static (outcome, i) => new EndedRecycle($"recycle-{i}", $"node-{i}", outcome == 'F', Start.AddMinutes(i), "it never came"))];
}
