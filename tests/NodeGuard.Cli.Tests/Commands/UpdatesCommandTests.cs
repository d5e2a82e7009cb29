using System.Text.Json;
using Microsoft.AspNetCore.Http;
using NodeGuard.Agent.Control;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Routing.Prevention;
using NodeGuard.Core.Updates;
using NodeGuard.Core.Updates.Ways;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class UpdatesCommandTests
{
    private const string DropIn = "/run/systemd/system/apt-daily-upgrade.service.d/zz-nodeguard.conf";

    private readonly FakeUpdateHost _host = new();

    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task List_looks_itself_where_no_agent_runs_and_says_so(string format)
    {
        var run = await CliRun.OfAsync(["updates", "list", "-o", format], updateHost: _host);

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("Nobody keeps the hold on this host");
        _host.Ran.ShouldBeFalse();
        GoldenFile.ShouldHold($"updates-list.{format}.txt", run.Out);
    }

    [Theory]
    [Trait("Invariant", "11")]
    [InlineData(HoldState.Held, HoldMode.Hold, 0)]
    [InlineData(HoldState.Masked, HoldMode.Hold, 0)]
    [InlineData(HoldState.Running, HoldMode.Hold, 0)]
    [InlineData(HoldState.ForeignDropIn, HoldMode.Hold, 1)]
    [InlineData(HoldState.Waiting, HoldMode.Hold, 1)]
    [InlineData(HoldState.Unknown, HoldMode.Hold, 1)]
    [InlineData(HoldState.Unknown, HoldMode.Off, 1)]
    [InlineData(HoldState.Free, HoldMode.Off, 0)]
    [InlineData(HoldState.WouldHold, HoldMode.Observe, 0)]
    public async Task List_asks_the_agent_and_its_exit_status_tells_whether_all_is_as_wished(HoldState state, HoldMode mode, int exit)
    {
        await using var agent = await AgentAsync(mode, state);

        var run = await CliRun.OfAsync(["updates", "list"], socket: agent.Socket);

        run.ExitCode.ShouldBe(exit);
        run.Out.ShouldContain("apt-daily.service");
    }

    [Theory]
    [InlineData("table")]
    [InlineData("json")]
    public async Task Hold_writes_and_withdraws_a_release(string format)
    {
        var run = await CliRun.OfAsync(["updates", "hold", "-o", format], updateHost: _host);

        run.ExitCode.ShouldBe(0);
        _host.ReleasedTold.ShouldBe(false);
        _host.Asked!.Persistent.ShouldBeFalse();
        _host.Asked.Units.ShouldBe(GatedUnits.Usual);
        GoldenFile.ShouldHold($"updates-hold.{format}.txt", run.Out);
    }

    [Fact]
    public async Task Hold_for_good_writes_under_etc()
    {
        var run = await CliRun.OfAsync(["updates", "hold", "--persistent"], updateHost: _host);

        run.ExitCode.ShouldBe(0);
        run.Out.ShouldContain("/etc" + DropIn[4..]);
    }

    [Theory]
    [InlineData("updates", "hold", "--dry-run")]
    [InlineData("updates", "release", "--dry-run")]
    public async Task A_dry_run_changes_nothing(params string[] arguments)
    {
        var run = await CliRun.OfAsync(arguments, updateHost: _host);

        run.ExitCode.ShouldBe(0);
        _host.Ran.ShouldBeFalse();
        _host.ReleasedTold.ShouldBeNull();
        run.Error.ShouldContain("dry run");
    }

    [Fact]
    public async Task The_gate_of_apt_comes_and_goes_with_the_hold_where_it_is_configured()
    {
        (await CliRun.OfAsync(["updates", "hold"], updateHost: _host)).Out.ShouldNotContain(AptGate.Path);
        var gated = new Dictionary<string, string> { ["NODEGUARD_UPDATES_APT_GATE"] = "true" };

        var held = await CliRun.OfAsync(["updates", "hold"], updateHost: _host, environment: gated);
        var released = await CliRun.OfAsync(["updates", "release"], updateHost: _host, environment: gated);

        held.Out.ShouldContain(AptGate.Path);
        released.Out.ShouldContain(AptGate.Path);
        _host.AskedWays!.Mode.ShouldBe(HoldMode.Release);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_way_that_cannot_be_told_or_held_is_a_failure_and_what_cloud_init_does_is_not()
    {
        (await CliRun.OfAsync(["updates", "hold"], updateHost: _host)).ExitCode.ShouldBe(0);
        _host.Snap = new SnapLook.Unknown("snapd could not be asked");

        var list = await CliRun.OfAsync(["updates", "list"], updateHost: _host);
        var hold = await CliRun.OfAsync(["updates", "hold"], updateHost: _host);
        _host.WayProblems = ["the mark could not be written"];
        var problem = await CliRun.OfAsync(["updates", "hold"], updateHost: _host);

        (list.ExitCode, hold.ExitCode, problem.ExitCode).ShouldBe((1, 1, 1));
        hold.Error.ShouldContain("snap: snapd could not be asked");
        problem.Error.ShouldContain("the mark could not be written");
    }

    [Fact]
    public async Task Hold_is_refused_where_the_agent_would_undo_it()
    {
        await using var agent = await AgentAsync(HoldMode.Off, HoldState.Free);

        var run = await CliRun.OfAsync(["updates", "hold"], socket: agent.Socket, updateHost: _host);

        run.ExitCode.ShouldBe(ExitCodes.Refused);
        run.Error.ShouldContain("updates.mode");
        _host.Ran.ShouldBeFalse();
    }

    [Fact]
    public async Task A_hold_that_another_file_overrules_is_a_failure_that_names_the_file()
    {
        _host.Overruled = true;

        var run = await CliRun.OfAsync(["updates", "hold"], updateHost: _host);

        run.ExitCode.ShouldBe(1);
        run.Error.ShouldContain("/etc/systemd/system/apt-daily.service.d/zzz-site.conf");
    }

    [Fact]
    public async Task A_refused_file_is_a_failure()
    {
        _host.Refusal = "the disk is full";

        var run = await CliRun.OfAsync(["updates", "hold"], updateHost: _host);

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("the disk is full");
    }

    [Fact]
    [Trait("Invariant", "8")]
    public async Task Release_tells_the_agent_and_takes_away_what_was_written()
    {
        await using var agent = await AgentAsync(HoldMode.Hold, HoldState.Held);
        await CliRun.OfAsync(["updates", "hold"], updateHost: _host);

        var run = await CliRun.OfAsync(["updates", "release"], socket: agent.Socket, updateHost: _host);

        run.ExitCode.ShouldBe(0);
        _host.ReleasedTold.ShouldBe(true);
        run.Out.ShouldContain(DropIn);
        _host.Asked!.Mode.ShouldBe(HoldMode.Release);
    }

    [Fact]
    public async Task Leaving_is_refused_while_the_agent_runs_and_then_takes_both_kinds_of_files_away()
    {
        await using (var agent = await AgentAsync(HoldMode.Hold, HoldState.Held))
        {
            var refused = await CliRun.OfAsync(["release"], socket: agent.Socket, updateHost: _host, preventionHost: new FakePreventionHost());
            refused.ExitCode.ShouldBe(ExitCodes.Refused);
            refused.Error.ShouldContain("systemctl disable --now nodeguard-agent");
        }

        await CliRun.OfAsync(["updates", "hold"], updateHost: _host);
        var prevention = new FakePreventionHost();
        var run = await CliRun.OfAsync(["release"], updateHost: _host, preventionHost: prevention);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Out.ShouldContain(DropIn);
        prevention.AskedMode.ShouldBe(HardenMode.Undo);
        prevention.Applied.ShouldNotBeNull();
    }

    /// <summary>An agent with one unit.</summary>
    private static Task<AgentServer> AgentAsync(HoldMode mode, HoldState state)
    {
        var guard = new FakeGuard();
        var status = new UpdatesStatus
        {
            Mode = mode,
            Released = false,
            Permit = false,
            Problems = [],
            Units = [new UpdateUnit { Unit = "apt-daily.service", State = state, Reason = "for a reason" }],
        };
        return AgentServer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/json";
            Task answer = http.Request.Path.Value switch
            {
                "/v1/updates" => JsonSerializer.SerializeAsync(http.Response.Body, status, ControlJsonContext.Default.UpdatesStatus),
                "/v1/status" => JsonSerializer.SerializeAsync(http.Response.Body, guard.Status, ControlJsonContext.Default.GuardStatus),
                "/v1/routes" => JsonSerializer.SerializeAsync(http.Response.Body, [], ControlJsonContext.Default.ListLedgerObject),
                _ => http.Response.WriteAsync("?"),
            };
            await answer;
        });
    }
}
