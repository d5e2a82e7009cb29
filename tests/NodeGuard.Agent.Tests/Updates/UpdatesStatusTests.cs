using System.Text.Json;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Http;
using NodeGuard.Agent.Metrics;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Tests.Http;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using NodeGuard.Hosting.Metrics;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates;

/// <summary>The hold as metrics and the control API show it.</summary>
public sealed class UpdatesStatusTests
{
    private static readonly UpdatesStatus Status = new()
    {
        Mode = HoldMode.Hold,
        Released = false,
        Permit = true,
        Problems = [],
        Ways = [new WayVerdict(UpdateWay.CloudInit, HoldState.Free, "installs")],
        Units =
        [
            new UpdateUnit { Unit = "apt-daily.service", State = HoldState.Held, Reason = "held", NextRun = DateTimeOffset.UnixEpoch.AddSeconds(60) },
            new UpdateUnit { Unit = "apt-daily-upgrade.service", State = HoldState.ForeignDropIn, Reason = "no", NextRun = DateTimeOffset.UnixEpoch.AddSeconds(30) },
        ],
    };

    [Fact]
    public void Every_state_is_a_series_and_the_next_timer_is_the_earliest()
    {
        using var exposition = new PrometheusExposition();
        using var metrics = new AgentMetrics(exposition, "1");
        exposition.Write().ShouldNotContain("nodeguard_updates_units{");

        metrics.SetUpdates(Status);
        string[] lines = exposition.Write().Split('\n');

        lines.ShouldContain("nodeguard_updates_units{state=\"held\"} 1");
        lines.ShouldContain("nodeguard_updates_units{state=\"foreign_drop_in\"} 1");
        lines.ShouldContain("nodeguard_updates_units{state=\"unknown\"} 0");
        lines.Count(line => line.StartsWith("nodeguard_updates_units{", StringComparison.Ordinal)).ShouldBe(Enum.GetValues<HoldState>().Length);
        lines.ShouldContain("nodeguard_updates_hold_mode{mode=\"hold\"} 1");
        lines.ShouldContain("nodeguard_updates_permit 1");
        lines.ShouldContain("nodeguard_updates_released 0");
        lines.ShouldContain("nodeguard_updates_next_run_timestamp_seconds 30");
    }

    [Fact]
    public async Task The_control_api_looks_anew_and_says_enums_in_camel_case()
    {
        var hold = new FakeHold();
        await using HttpTestServer server = HttpTestServer.OnSocket(new ControlApi(new FakeGuard(), hold).HandleAsync);

        string json = await server.Client.GetStringAsync("/v1/updates");

        hold.Looks.ShouldBe(1);
        json.ShouldContain("\"mode\":\"hold\"");
        json.ShouldContain("\"state\":\"foreignDropIn\"");
        json.ShouldContain("\"ways\":[{\"way\":\"cloudInit\",\"state\":\"free\",\"reason\":\"installs\"}]");
        JsonSerializer.Deserialize(json, ControlJsonContext.Default.UpdatesStatus)!.Units.Count.ShouldBe(2);
    }

    private sealed class FakeHold : IUpdateHold
    {
        public int Looks { get; private set; }

        public Task<UpdatesStatus> LookAsync(CancellationToken cancellation)
        {
            Looks++;
            return Task.FromResult(Status);
        }
    }
}
