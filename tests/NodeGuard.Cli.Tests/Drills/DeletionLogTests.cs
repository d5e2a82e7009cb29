using NodeGuard.Cli.Drills;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Drills;

public sealed class DeletionLogTests
{
    [Fact]
    public void A_gap_is_from_the_deletion_to_the_next_creation_of_the_same_object()
    {
        var log = new DeletionLog();
        log.Deleted(ObjectKind.Rule, "a", Milliseconds(1));
        log.Deleted(ObjectKind.Route, "a", Milliseconds(2));
        log.Created(ObjectKind.Rule, "a", Milliseconds(4));
        log.Created(ObjectKind.Rule, "b", Milliseconds(5));

        var summary = log.Summarise(overrun: false);

        summary.Deleted.ShouldBe(new ObjectCounts(0, 0, 1, 1));
        summary.Returned.ShouldBe(new ObjectCounts(0, 0, 0, 1));
        summary.AllGaps.ShouldBe(new GapStatistics(1, 3, 3, 3));
    }

    [Fact]
    public void An_object_deleted_twice_has_two_gaps()
    {
        var log = new DeletionLog();
        for (var pass = 0; pass < 2; pass++)
        {
            log.Deleted(ObjectKind.Rule, "a", Milliseconds(10 * pass));
            log.Created(ObjectKind.Rule, "a", Milliseconds((10 * pass) + 1 + pass));
        }

        log.Summarise(overrun: false).RuleGaps.ShouldBe(new GapStatistics(2, 1, 2, 2));
    }

    [Fact]
    public void No_gap_has_no_figures_rather_than_zeros() =>
        GapStatistics.Of([]).ShouldBe(new GapStatistics(0, null, null, null));

    [Fact]
    public void Percentiles_are_measured_gaps()
    {
        var statistics = GapStatistics.Of(Enumerable.Range(1, 200).Select(static n => Milliseconds(n)));

        statistics.ShouldBe(new GapStatistics(200, 100, 198, 200));
    }

    private static TimeSpan Milliseconds(double value) => TimeSpan.FromMilliseconds(value);
}
