using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public class LifetimeTests
{
    private const long Second = 1_000_000_000;

    private static readonly ObjectKey Key = new(ObjectKind.Route, 10, 48, 0, 0, 254, 1024, 1, 0);

    private readonly RouteGuard _guard = new GuardHarness().Guard;

    [Fact]
    public void WhatNoDeletionTellsIsReckonedFromWhenTheLifetimeWasLastTold()
    {
        byte[] withLifetime = [1, 2, 3, 88];
        _guard.OnCreated(Observed(withLifetime), Deleter.OtherProcess, replaces: false, null, 10 * Second);

        _guard.OnDeleted(Observed(withLifetime.AsSpan(0, 3)), Deleter.Networkd, 1, 70 * Second);

        LedgerEntry entry = _guard.Ledger.Entries.Single();
        entry.Request.ToArray().ShouldBe(withLifetime);
        entry.LifetimeSpent(70 * Second).ShouldBe(60u);
    }

    [Fact]
    public void ALifetimeThatTheDeletionTellsCountsFromThere()
    {
        _guard.OnCreated(Observed([1, 2, 3, 88]), Deleter.OtherProcess, replaces: false, null, 10 * Second);

        _guard.OnDeleted(Observed([1, 2, 3, 28]), Deleter.Networkd, 1, 70 * Second);

        LedgerEntry entry = _guard.Ledger.Entries.Single();
        entry.Request.ToArray().ShouldBe([1, 2, 3, 28]);
        entry.LifetimeSpent(71 * Second).ShouldBe(1u);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1_499_999_999, 1)]
    [InlineData(1_500_000_000, 2)]
    [InlineData(-5_000_000_000, 0)]
    public void WhatPassedIsTakenOffInTheNearestWholeSeconds(long nanoseconds, uint seconds) =>
        LedgerEntry.WholeSeconds(nanoseconds).ShouldBe(seconds);

    /// <summary>Each restore lasts until the next flush, and rounds what it gives back.</summary>
    [Fact]
    public void TwoHundredFlushesMakeALifetimeNeitherLongerNorShorter()
    {
        var random = new Random(1);
        long error = 0;
        for (int flush = 0; flush < 200; flush++)
        {
            long passed = random.NextInt64(10 * Second);
            error += passed - (LedgerEntry.WholeSeconds(passed) * Second);
        }

        Math.Abs(error).ShouldBeLessThan(30 * Second);
    }

    private static ObservedObject Observed(ReadOnlySpan<byte> request) => new()
    {
        Key = Key,
        Facts = new ObjectFacts { Stage = RestoreStage.GatewayedRoute, Expires = true },
        Request = request,
        Identity = request[..3],
    };
}
