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

    private static ObservedObject Observed(ReadOnlySpan<byte> request) => new()
    {
        Key = Key,
        Facts = new ObjectFacts { Stage = RestoreStage.GatewayedRoute, Expires = true },
        Request = request,
        Identity = request[..3],
    };
}
