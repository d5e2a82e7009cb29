using NodeGuard.Benchmarks.Demo;
using NodeGuard.Benchmarks.Flushing;
using NodeGuard.Benchmarks.Measuring;
using NodeGuard.Core.Routing;
using NodeGuard.Lab.Tests.Lab;
using Shouldly;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>Figures of made-up flushes: what the demo promises, and what it says when one of them breaks it.</summary>
public sealed class DemoVerdictTests
{
    private const int Sent = 2_000;
    private const int Cut = 1_600;
    private const int Flushed = 500;

    private static readonly FlushResult Unguarded = Result(deleted: Flushed, missing: Flushed, rulePath: Cut, gatewayPath: Cut);
    private static readonly FlushResult Restoring = Result(deleted: Flushed);
    private static readonly FlushResult AsItComes = Result();

    [Fact]
    public void It_is_as_promised_when_both_paths_are_cut_without_NodeGuard_and_neither_with_it()
    {
        DemoVerdict verdict = DemoVerdict.Of(Unguarded, Restoring, AsItComes);

        verdict.Kept.ShouldBeTrue(verdict.Text);
        verdict.Text.ShouldContain("1,600 probes of the rule path and 1,600 of the gateway path");
    }

    [Theory]
    [InlineData(0, Cut, "without NodeGuard probes of the rule path were to be lost, and none was")]
    [InlineData(Cut, 0, "without NodeGuard probes of the gateway path were to be lost, and none was")]
    public void A_path_that_the_flush_did_not_cut_without_NodeGuard_proves_nothing(int rulePath, int gatewayPath, string told)
    {
        DemoVerdict verdict = DemoVerdict.Of(Result(Flushed, Flushed, rulePath, gatewayPath), Restoring, AsItComes);

        verdict.Kept.ShouldBeFalse();
        verdict.Text.ShouldContain(told);
    }

    [Theory]
    [InlineData(1, 0, "as it comes no probe of the rule path was to be lost, and 1 were")]
    [InlineData(0, 1, "as it comes no probe of the gateway path was to be lost, and 1 were")]
    public void As_it_comes_not_one_probe_of_either_path_is_lost(int rulePath, int gatewayPath, string told)
    {
        DemoVerdict verdict = DemoVerdict.Of(Unguarded, Restoring, Result(rulePath: rulePath, gatewayPath: gatewayPath));

        verdict.Kept.ShouldBeFalse();
        verdict.Text.ShouldContain(told);
    }

    [Fact]
    public void A_probe_that_falls_into_the_gap_of_a_restored_rule_is_told_and_breaks_nothing()
    {
        DemoVerdict verdict = DemoVerdict.Of(Unguarded, Result(deleted: Flushed, rulePath: 1), AsItComes);

        verdict.Kept.ShouldBeTrue(verdict.Text);
        verdict.Text.ShouldContain("(1 probes of the rule path and 0 of the gateway path lost)");
    }

    [Fact]
    public void The_one_route_that_networkd_leaves_alone_is_not_promised_to_be_deleted_and_all_others_are()
    {
        DemoVerdict verdict = DemoVerdict.Of(Unguarded, Result(deleted: Flushed - 1), AsItComes);

        verdict.Kept.ShouldBeFalse();
        verdict.Text.ShouldContain("with harden off networkd was to delete 500 objects, and deleted 499");
    }

    /// <summary>The route of the rule path is beside those that a flush deletes.</summary>
    [Fact]
    public void Each_probes_rule_and_route_are_among_the_objects_of_the_load()
    {
        IReadOnlyList<string> commands = Load.Usual.Commands;

        commands.Distinct().Count(command => command.StartsWith("rule add ", StringComparison.Ordinal)).ShouldBe(250);
        commands.Distinct().Count(command => command.StartsWith("route add ", StringComparison.Ordinal)).ShouldBe(251);
        ProbePath.All.ShouldAllBe(path => commands.Contains($"rule add {path.Rule}") && commands.Contains($"route add {path.Route}"));
    }

    [Fact]
    public void An_outage_is_the_most_probes_lost_in_a_row()
    {
        ProbeResult.Of([true, false, true, false, false, false, true, false, false]).ShouldBe(new ProbeResult(Sent: 9, Lost: 6, LongestOutage: 3));
        ProbeResult.Of([true, true]).ShouldBe(new ProbeResult(Sent: 2, Lost: 0, LongestOutage: 0));
    }

    private static FlushResult Result(int deleted = 0, int missing = 0, int rulePath = 0, int gatewayPath = 0) => new(
        new FlushRun(LabSuite.Trixie, new NoDefence(), Load.Usual),
        FlushTrace.Of(Enumerable.Range(0, deleted).Select(i => new TraceNote(ObjectKind.Rule, $"{i}", IsDeletion: true, At: i + 1)), overrun: false),
        new ProbeResults(new ProbeResult(Sent, rulePath, rulePath), new ProbeResult(Sent, gatewayPath, gatewayPath)),
        [.. Enumerable.Range(0, missing).Select(i => $"rule {i}")],
        TimeSpan.Zero);
}
