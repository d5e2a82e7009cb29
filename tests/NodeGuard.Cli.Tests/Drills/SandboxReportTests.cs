using NodeGuard.Cli.Drills;
using NodeGuard.Core.Routing.Reports;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Drills;

public sealed class SandboxReportTests
{
    private static readonly ObjectCounts All = new(0, 0, 250, 250);

    [Fact]
    public void Losing_all_unguarded_and_none_guarded_passes() =>
        new SandboxReport([Pass(guarded: false, missing: All), Pass(guarded: true, missing: ObjectCounts.None)]).Passed.ShouldBeTrue();

    [Fact]
    public void A_flusher_that_deleted_nothing_proves_nothing() =>
        new SandboxReport(
        [
            Pass(guarded: false, missing: ObjectCounts.None, deleted: ObjectCounts.None),
            Pass(guarded: true, missing: ObjectCounts.None, deleted: ObjectCounts.None),
        ]).Passed.ShouldBeFalse();

    [Fact]
    public void One_object_missing_under_guard_fails() =>
        new SandboxReport([Pass(guarded: false, missing: All), Pass(guarded: true, missing: new(0, 0, 0, 1))]).Passed.ShouldBeFalse();

    [Fact]
    public void Without_the_unguarded_pass_there_is_nothing_to_compare_with() =>
        new SandboxReport([Pass(guarded: true, missing: ObjectCounts.None)]).Passed.ShouldBeFalse();

    private static SandboxPass Pass(bool guarded, ObjectCounts missing, ObjectCounts? deleted = null) => new()
    {
        Guarded = guarded,
        Before = All,
        Missing = missing,
        Seen = new DeletionSummary
        {
            Deleted = deleted ?? All,
            Returned = guarded ? All : ObjectCounts.None,
            AllGaps = GapStatistics.Of([]),
            RuleGaps = GapStatistics.Of([]),
            Overrun = false,
        },
    };
}
