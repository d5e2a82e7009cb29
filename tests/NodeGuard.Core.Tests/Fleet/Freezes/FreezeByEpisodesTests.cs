using NodeGuard.Core.Fleet.Freezes;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Fleet.Freezes;

public sealed class FreezeByEpisodesTests
{
    private const string Restart = "restart of systemd-networkd.service, during: /usr/bin/unattended-upgrade";
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    [Fact]
    public void Nodes_that_are_flushed_by_the_same_cause_within_minutes_freeze_the_fleet()
    {
        Freeze freeze = FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(3, 9)], 3, Within, liftedAt: null)!;

        freeze.Cause.ShouldBe(FreezeRules.SameCause);
        freeze.Message.ShouldContain($"3 nodes had their routes flushed within 10 min by {Restart}");
        freeze.Evidence.Count.ShouldBe(3);
    }

    [Fact]
    public void Fewer_others_slower_looked_at_or_accepted_ones_do_not()
    {
        FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(2, 9)], 3, Within, null).ShouldBeNull();
        FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(3, 9) with { Cause = "start of systemd-networkd.service" }], 3, Within, null).ShouldBeNull();
        FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(3, 11)], 3, Within, null).ShouldBeNull();
        FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(3, 9)], 3, Within, Start).ShouldBeNull();
        FreezeRules.ByEpisodes([Flushed(1, 0), Flushed(2, 4), Flushed(3, 9) with { Accepted = true }], 3, Within, null).ShouldBeNull();
    }

    private static NodeEpisode Flushed(int node, int minute) => new($"node-{node}", Start.AddMinutes(minute), Restart);
}
