using NodeGuard.Core.Fleet.Freezes;
using NodeGuard.Core.Fleet.Updates;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Freezes;

public class FreezeByPackagesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);
    private static readonly PackageVersion Bad = new("systemd:amd64", "252.39");

    [Fact]
    public void NodesThatBreakAfterTheSamePackageFreeze_ByNameAndVersion()
    {
        FailedUpdate[] failed = [Failed(1, 0, Bad, new("bash:amd64", "2")), Failed(2, 4, Bad), Failed(3, 9, Bad, new("curl:amd64", "8"))];

        Freeze freeze = FreezeRules.ByPackages(failed, 3, Within, liftedAt: null)!;

        freeze.Cause.ShouldBe(FreezeRules.SamePackages);
        freeze.Message.ShouldBe("3 nodes broke within 10 min after the update of systemd:amd64 252.39. When that is understood: nodeguard resume");
        freeze.Evidence[0].ShouldBe("2026-11-21 10:00:00 UTC NodeRecycle r1 of node node-1: it broke");
    }

    [Fact]
    public void OtherPackagesOtherVersionsOtherTimesOrTheSameNodeDoNot()
    {
        PackageVersion older = Bad with { Version = "252.38" };
        FreezeRules.ByPackages([Failed(1, 0, Bad), Failed(2, 1, Bad), Failed(3, 2, older)], 3, Within, null).ShouldBeNull();
        FreezeRules.ByPackages([Failed(1, 0, Bad), Failed(2, 1, Bad), Failed(3, 11, Bad)], 3, Within, null).ShouldBeNull();
        FreezeRules.ByPackages([Failed(1, 0, Bad), Failed(1, 1, Bad), Failed(2, 2, Bad)], 3, Within, null).ShouldBeNull();
        FreezeRules.ByPackages([], 3, Within, null).ShouldBeNull();
    }

    [Fact]
    public void WhatAPersonHasLookedAtCountsNoMore() =>
        FreezeRules.ByPackages([Failed(1, 0, Bad), Failed(2, 1, Bad), Failed(3, 2, Bad)], 3, Within, Start).ShouldBeNull();

    private static FailedUpdate Failed(int node, int minute, params PackageVersion[] packages) =>
        new($"r{node}", $"node-{node}", Start.AddMinutes(minute), packages, "it broke");
}
