using System.ComponentModel;
using System.Diagnostics;
using NodeGuard.Controller.Metrics;
using NodeGuard.Core.Fleet.Planning;
using NodeGuard.Core.Fleet.Recycles;
using NodeGuard.Core.Selecting;
using NodeGuard.Core.Units;
using NodeGuard.Hosting.Metrics;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Models.Fleet;
using NodeGuard.Kubernetes.Results;
using Shouldly;
using Xunit;

namespace NodeGuard.Controller.Tests.Metrics;

/// <summary>What a scrape of a controller shows.</summary>
public sealed class ControllerMetricsTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly PrometheusExposition _exposition = new();
    private readonly ControllerMetrics _metrics;

    public ControllerMetricsTests() => _metrics = new ControllerMetrics(_exposition, "1.2.3");

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void Who_stands_by_says_nothing_of_the_fleet()
    {
        _exposition.Write().ShouldContain("nodeguard_leader 0\n");
        _exposition.Write().ShouldNotContain("nodeguard_nodes");

        Lead(Sight(3, 1));
        _exposition.Write().ShouldContain("nodeguard_leader 1\n");
        _exposition.Write().ShouldContain("nodeguard_nodes{policy=\"p0\",state=\"ready\"} 2\n");

        _metrics.SetLeading(false);
        _exposition.Write().ShouldContain("nodeguard_leader 0\n");
        _exposition.Write().ShouldNotContain("nodeguard_nodes");
        _exposition.Write().ShouldNotContain("nodeguard_budget");
    }

    [Fact]
    public void Figures_are_those_of_the_look()
    {
        Lead(Sight(4, 2));

        string text = _exposition.Write();
        text.ShouldContain("nodeguard_nodes{policy=\"p0\",state=\"not_ready\"} 1\n");
        text.ShouldContain("nodeguard_nodes{policy=\"p1\",state=\"ready\"} 2\n");
        text.ShouldContain("nodeguard_budget_allowed_nodes{policy=\"p0\"} 1\n");
        text.ShouldContain("nodeguard_budget_used_nodes{policy=\"p0\"} 1\n");
        text.ShouldContain("nodeguard_budget_free_nodes{policy=\"p0\"} 0\n");
        text.ShouldContain("nodeguard_fleet_budget_used_nodes 1\n");
        text.ShouldContain($"nodeguard_deadline_slack_seconds{{policy=\"p1\"}} {TimeSpan.FromHours(14).TotalSeconds}\n");
        text.ShouldContain("nodeguard_forecast_misses{policy=\"p0\"} 7\n");
        text.ShouldNotContain("nodeguard_forecast_misses{policy=\"p1\"}");
        text.ShouldContain("nodeguard_frozen{policy=\"p0\",cause=\"failed_recycles\"} 1\n");
        text.ShouldContain("nodeguard_frozen{policy=\"p1\",cause=\"failed_recycles\"} 0\n");
        text.ShouldContain("nodeguard_paused{policy=\"p1\"} 1\n");
        text.ShouldContain("nodeguard_fleet_frozen{cause=\"same_cause\"} 0\n");
        text.ShouldContain("nodeguard_recycles{policy=\"p0\",phase=\"draining\",reason=\"age\"} 1\n");
        text.ShouldContain("nodeguard_recycles_ended_total{policy=\"p1\",outcome=\"failed\"} 0\n");
    }

    [Fact]
    public void A_freeze_of_another_version_is_shown_as_one_that_is_not_known()
    {
        FleetSight sight = Sight(2, 1);
        sight.Fleet.Status = new FleetStatus { Freeze = new FreezeStatus { Cause = "Moonphase" } };
        Lead(sight);

        _exposition.Write().ShouldContain("nodeguard_fleet_frozen{cause=\"unknown\"} 1\n");
    }

    [Fact]
    public void A_larger_fleet_has_no_more_series()
    {
        Lead(Sight(40, 4));
        int small = Series();
        Lead(Sight(4_000, 4));

        Series().ShouldBe(small);
        _exposition.Write().ShouldNotContain("node-");
    }

    [Fact]
    public void Policies_cost_so_many_series_each_and_no_more()
    {
        Lead(Sight(100, 1));
        int one = Series();
        Lead(Sight(100, 11));

        // One node is not ready and one is being recycled, in the first policy only.
        (Series() - one).ShouldBeInRange(10, 10 * 20);
    }

    [Fact]
    public void A_recycle_counts_from_its_slot_to_its_end()
    {
        var recycle = new NodeRecycle
        {
            Metadata = new ObjectMeta { Name = "r", CreationTimestamp = Now - TimeSpan.FromMinutes(10) },
            Spec = new NodeRecycleSpec { NodeName = "node-1", Reasons = [nameof(RecycleReason.Age), nameof(RecycleReason.Manual)] },
        };
        RecycleCounts.Moved(_metrics, recycle, "p0", RecyclePhase.Cordoned, Now);
        recycle.Status = new NodeRecycleStatus { Phase = nameof(RecyclePhase.Verifying), StartedAt = Now, PhaseSince = Now + TimeSpan.FromSeconds(40) };
        RecycleCounts.Moved(_metrics, recycle, "p0", RecyclePhase.Succeeded, Now + TimeSpan.FromSeconds(50));

        string text = _exposition.Write();
        text.ShouldContain("nodeguard_recycles_started_total{policy=\"p0\",reason=\"manual\"} 1\n");
        text.ShouldContain("nodeguard_recycles_ended_total{policy=\"p0\",outcome=\"succeeded\"} 1\n");
        text.ShouldContain("nodeguard_recycle_phase_seconds_sum{phase=\"pending\"} 600\n");
        text.ShouldContain("nodeguard_recycle_phase_seconds_sum{phase=\"verifying\"} 10\n");
        text.ShouldContain("nodeguard_recycle_seconds_bucket{outcome=\"succeeded\",le=\"60\"} 1\n");
        text.ShouldNotContain("node-1");
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say()
    {
        Lead(Sight(10, 2));
        _metrics.Planned(TimeSpan.FromMilliseconds(3));
        _metrics.Looked(TimeSpan.FromMilliseconds(9), complete: true);
        _metrics.Called("get", ApiFailureKind.NotFound);
        _metrics.Notified("freeze", "sent");
        _metrics.PhaseOver(RecyclePhase.Draining, TimeSpan.FromMinutes(2));
        _metrics.Ended("p0", RecyclePhase.Failed, TimeSpan.FromMinutes(3));
        using var process = new ProcessMeter(_exposition);

        (int exit, string output) = await PromtoolAsync(_exposition.Write());

        output.ShouldBeEmpty();
        exit.ShouldBe(0);
    }

    private int Series() => _exposition.Write().Split('\n').Count(static line => line.Length > 0 && line[0] != '#');

    private void Lead(FleetSight sight)
    {
        _metrics.SetLeading(true);
        _metrics.Saw(sight);
    }

    // The first policy is frozen, has a node that is not ready and one that is drained; the last one is paused.
    private static FleetSight Sight(int nodes, int policies)
    {
        FleetNode[] all = [.. Enumerable.Range(0, nodes).Select(n => new FleetNode
        {
            Name = $"node-{n}",
            Uid = $"uid-{n}",
            Labels = new Dictionary<string, string> { ["pool"] = $"p{n % policies}" },
            BornAt = Now - TimeSpan.FromHours(10),
            Ready = n != 0,
        })];
        var recycle = new NodeRecycle
        {
            Metadata = new ObjectMeta { Name = "r", Uid = "r" },
            Spec = new NodeRecycleSpec { NodeName = "node-0", Policy = "p0", Reasons = [nameof(RecycleReason.Age)] },
            Status = new NodeRecycleStatus { Phase = nameof(RecyclePhase.Draining) },
        };
        var state = new FleetState
        {
            Nodes = all,
            Policies = [.. Enumerable.Range(0, policies).Select(n => new Policy
            {
                Name = $"p{n}",
                Selector = new LabelMatch(new Dictionary<string, string> { ["pool"] = $"p{n}" }, []),
                MaxAge = TimeSpan.FromHours(24),
                Budget = new DisruptionBudget(CountOrPercent.Of(1), null, TimeSpan.Zero, null),
            })],
            Budget = new DisruptionBudget(CountOrPercent.Of(1), null, TimeSpan.Zero, null),
        };
        NodePolicy[] objects = [.. Enumerable.Range(0, policies).Select(n => new NodePolicy
        {
            Metadata = new ObjectMeta { Name = $"p{n}" },
            Spec = new NodePolicySpec { Paused = policies > 1 && n == policies - 1 },
            Status = n > 0 ? null : new NodePolicyStatus
            {
                Forecast = new ForecastStatus { Misses = 7 },
                Freeze = new FreezeStatus { Cause = "FailedRecycles" },
            },
        })];
        return new FleetSight(new FleetObject(), objects, [recycle], state, FleetPlanner.Plan(state, Now), Now);
    }

    private static async Task<(int Exit, string Output)> PromtoolAsync(string text)
    {
        var start = new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process promtool;
        try
        {
            promtool = Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("promtool cannot be started; install the Debian package prometheus", e);
        }

        using (promtool)
        {
            await promtool.StandardInput.WriteAsync(text);
            promtool.StandardInput.Close();
            Task<string> output = promtool.StandardOutput.ReadToEndAsync();
            Task<string> errors = promtool.StandardError.ReadToEndAsync();
            await promtool.WaitForExitAsync();
            return (promtool.ExitCode, await output + await errors);
        }
    }
}
