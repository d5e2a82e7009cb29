using System.ComponentModel;
using System.Diagnostics;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Core.Images;
using NodeGuard.Core.Routing;
using NodeGuard.Core.Routing.Reports;
using NodeGuard.Core.Updates;
using NodeGuard.Hosting.Loops;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Metrics;

public sealed class AgentMetricsTests : IDisposable
{
    private readonly PrometheusExposition _exposition = new();
    private readonly AgentMetrics _metrics;
    private readonly FakeGuard _guard = new();

    public AgentMetricsTests()
    {
        _metrics = new AgentMetrics(_exposition, "1.2.3");
        _metrics.ObserveGuard(() => _guard.Status);
        var heartbeats = new LoopHeartbeats(new ManualTime());
        heartbeats.Register("ledger", TimeSpan.FromSeconds(1));
        _metrics.ObserveLoops(heartbeats);
    }

    public void Dispose()
    {
        _metrics.Dispose();
        _exposition.Dispose();
    }

    [Fact]
    public void Every_series_exists_before_its_first_event()
    {
        string text = _exposition.Write();

        foreach (string series in new[] { "lost", "restored", "forgotten", "vanished", "not_restorable" })
        {
            text.ShouldContain($"nodeguard_objects_{series}_total{{kind=\"nexthop\"}} 0\n");
        }

        text.ShouldContain("nodeguard_episodes_total{cause=\"package_run\"} 0\n");
        text.ShouldContain("nodeguard_netlink_overruns_total 0\n");
        text.ShouldContain("nodeguard_events_dropped_total 0\n");
    }

    [Fact]
    public void What_is_counted_is_what_is_written()
    {
        _metrics.Lost(ObjectKind.Rule);
        _metrics.Restored(ObjectKind.Rule, TimeSpan.FromMicroseconds(20));
        _metrics.Restored(ObjectKind.Rule, null);
        _metrics.EpisodeStarted(EpisodeCause.PackageRun);
        _metrics.LedgerWritten(4096, DateTimeOffset.FromUnixTimeMilliseconds(1_500));
        _metrics.ObserveEventsDropped(() => 7);
        _metrics.SetHardening(HardeningState.Applied);

        string text = _exposition.Write();

        text.ShouldContain("nodeguard_objects_lost_total{kind=\"rule\"} 1\n");
        text.ShouldContain("nodeguard_objects_restored_total{kind=\"rule\"} 2\n");
        text.ShouldContain("nodeguard_restore_gap_seconds_bucket{kind=\"rule\",le=\"1E-05\"} 0\n");
        text.ShouldContain("nodeguard_restore_gap_seconds_bucket{kind=\"rule\",le=\"2.5E-05\"} 1\n");
        text.ShouldContain("nodeguard_restore_gap_seconds_count{kind=\"rule\"} 1\n");
        text.ShouldContain("nodeguard_episodes_total{cause=\"package_run\"} 1\n");
        text.ShouldContain("nodeguard_ledger_bytes 4096\n");
        text.ShouldContain("nodeguard_ledger_last_write_timestamp_seconds 1.5\n");
        text.ShouldContain("nodeguard_events_dropped_total 7\n");
        text.ShouldContain("nodeguard_hardening_state{state=\"applied\"} 1\n");
        text.ShouldContain("nodeguard_hardening_state{state=\"unknown\"} 0\n");
    }

    [Fact]
    public void The_guards_status_is_mirrored_with_exactly_one_state_at_1()
    {
        _guard.Status = _guard.Status with { State = GuardState.Degraded, RunningEpisode = "e1", LedgerFull = true, Missing = new ObjectCounts(0, 0, 3, 0) };

        string[] lines = _exposition.Write().Split('\n');

        lines.Where(line => line.StartsWith("nodeguard_guard_state{", StringComparison.Ordinal) && line.EndsWith(" 1", StringComparison.Ordinal))
            .ShouldBe(["nodeguard_guard_state{state=\"degraded\"} 1"]);
        lines.ShouldContain("nodeguard_ledger_objects{kind=\"route\",owner=\"foreign\"} 30");
        lines.ShouldContain("nodeguard_missing_objects{kind=\"route\"} 3");
        lines.ShouldContain("nodeguard_episode_in_progress 1");
        lines.ShouldContain("nodeguard_ledger_full 1");
        lines.ShouldContain("nodeguard_networkd_info{state=\"running\",version=\"257.8-1~deb13u1\"} 1");
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_say()
    {
        _metrics.Restored(ObjectKind.Route, TimeSpan.FromMilliseconds(1));
        _metrics.LoopFailed("ledger");
        _metrics.LedgerWritten(1, DateTimeOffset.UnixEpoch);
        _metrics.SetUpdates(new UpdatesStatus
        {
            Mode = HoldMode.Hold,
            Released = false,
            Permit = false,
            Problems = [],
            Units = [new UpdateUnit { Unit = "apt-daily.service", State = HoldState.Held, Reason = "held", NextRun = DateTimeOffset.UnixEpoch }],
        });

        _metrics.ObserveDrift(new DriftReadings(
            static () => ImageDrift.NotLookedYet with { ImageId = "node", ImageVersion = "1", LookedAt = DateTimeOffset.UnixEpoch, Counts = new Dictionary<DifferenceKind, int> { [DifferenceKind.Package] = 2 } },
            static () => 0.014,
            static () => 1));

        (int exit, string output) = await PromtoolAsync(_exposition.Write());

        output.ShouldBeEmpty();
        exit.ShouldBe(0);
    }

    [Fact]
    public async Task Promtool_would_have_found_a_bad_name()
    {
        (int exit, string output) = await PromtoolAsync("# HELP bad x\n# TYPE bad counter\nbad 1\n");

        output.ShouldContain("_total");
        exit.ShouldNotBe(0);
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
