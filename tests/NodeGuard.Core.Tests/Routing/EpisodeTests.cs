using NodeGuard.Core.Routing;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Routing;

public class EpisodeTests
{
    [Theory]
    [InlineData(LinksState.Settled, Episode.QuietWhenSettled)]
    [InlineData(LinksState.Unknown, Episode.QuietWhenUnknown)]
    [InlineData(LinksState.Configuring, Episode.QuietWhenConfiguring)]
    public void TheLessIsKnownOfTheLinksTheLongerTheSilenceMustLast(LinksState links, long quiet)
    {
        Episode.IsQuiet(quiet - 1, links).ShouldBeFalse();
        Episode.IsQuiet(quiet, links).ShouldBeTrue();
    }

    [Fact]
    public void AnObjectLostTwiceIsOneObjectAndTwoGaps()
    {
        var episode = new Episode();
        episode.Start(0);
        episode.CountLost(ObjectKind.Rule);
        episode.CountRestored(ObjectKind.Rule, gap: 10, again: false);
        episode.CountContention();
        episode.CountRestored(ObjectKind.Rule, gap: 30, again: true);
        episode.End();

        episode.Lost.Rules.ShouldBe(1);
        episode.Restored.Rules.ShouldBe(1);
        episode.Contention.ShouldBe(1);
        episode.LongestGap.ShouldBe(30);
        episode.MedianGap().ShouldBe(30);
    }
}
