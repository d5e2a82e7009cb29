using NodeGuard.Agent.Control;
using NodeGuard.Cli.Tests.Fakes;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class DrillFlushCommandTests
{
    private readonly FakeGuard _guard = new() { Episodes = [Samples.Observed] };
    private readonly FakeDrillHost _host = new();

    public DrillFlushCommandTests() => _host.OnRestart = () => _guard.Episodes = [Samples.Episode, Samples.Observed];

    [Theory]
    [InlineData("table")]
    [InlineData("wide")]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task A_drill_that_passes_shows_what_was_deleted_and_came_back(string format)
    {
        var run = await RunAsync("--yes", "-o", format);

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        GoldenFile.ShouldHold($"drill-flush.{format}.txt", run.Out);
    }

    [Trait("Invariant", "2")]
    [Fact]
    public async Task A_missing_object_fails_the_drill_and_is_named()
    {
        _host.After = [.. FakeDrillHost.Foreign.Skip(1)];

        var run = await RunAsync("--yes");

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        GoldenFile.ShouldHold("drill-flush-missing.table.txt", run.Out);
    }

    [Fact]
    public async Task A_hardened_host_shows_that_nothing_was_deleted()
    {
        _host.Deletes = false;
        _host.OnRestart = static () => { };

        var run = await RunAsync("--yes");

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        run.Out.ShouldContain("not one deletion was seen");
        run.Out.ShouldContain("Agent's episode:   none");
    }

    [Fact]
    public async Task The_question_names_what_will_happen_and_no_is_the_default()
    {
        var run = await RunAsync([], input: "\n", inputIsTerminal: true);

        run.Error.ShouldContain("restarts systemd-networkd.service on node-1");
        run.Error.ShouldContain("504: 2 addresses, 1 nexthop, 250 routes, 251 rules");
        run.Error.ShouldContain("[y/N]");
        run.ExitCode.ShouldBe(ExitCodes.Failed);
        _host.Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task Yes_at_the_question_runs_the_drill()
    {
        var run = await RunAsync([], input: "y\n", inputIsTerminal: true);

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        _host.Restarts.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_terminal_nothing_happens_unless_yes_was_said()
    {
        var run = await RunAsync([], input: "y\n", inputIsTerminal: false);

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain("--yes");
        _host.Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task A_dry_run_restarts_nothing()
    {
        var run = await RunAsync("--dry-run", "--yes");

        run.ExitCode.ShouldBe(ExitCodes.Ok);
        _host.Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task Without_an_agent_the_drill_is_refused_and_force_runs_it()
    {
        var refused = await CliRun.OfAsync(["drill", "flush", "--yes"], drillHost: _host);
        refused.ExitCode.ShouldBe(ExitCodes.AgentUnreachable);
        refused.Error.ShouldContain("--force");
        _host.Restarts.ShouldBe(0);

        var forced = await CliRun.OfAsync(["drill", "flush", "--yes", "--force"], drillHost: _host);
        forced.ExitCode.ShouldBe(ExitCodes.Ok);
        forced.Error.ShouldContain("for good");
        _host.Restarts.ShouldBe(1);
    }

    [Theory]
    [InlineData(GuardState.Failed, GuardMode.Restore)]
    [InlineData(GuardState.Starting, GuardMode.Restore)]
    [InlineData(GuardState.NothingToGuardAgainst, GuardMode.Restore)]
    [InlineData(GuardState.Guarding, GuardMode.Observe)]
    public async Task An_agent_that_would_not_restore_stops_the_drill(GuardState state, GuardMode mode)
    {
        _guard.Status = Samples.Status with { State = state, Mode = mode };

        (await RunAsync("--yes")).ExitCode.ShouldBe(ExitCodes.Failed);

        _host.Restarts.ShouldBe(0);
    }

    [Fact]
    public async Task A_restart_that_systemd_refuses_is_told()
    {
        _host.Outcome = new(false, "systemd refused to restart systemd-networkd.service: access denied; run as root");

        var run = await RunAsync("--yes");

        run.ExitCode.ShouldBe(ExitCodes.Failed);
        run.Error.ShouldContain("access denied");
    }

    private Task<CliRun> RunAsync(params string[] options) => RunAsync(options, input: "", inputIsTerminal: false);

    private async Task<CliRun> RunAsync(string[] options, string input, bool inputIsTerminal)
    {
        await using var agent = await AgentServer.StartAsync(_guard);
        return await CliRun.OfAsync(["drill", "flush", .. options], agent.Socket, input: input, inputIsTerminal: inputIsTerminal, drillHost: _host);
    }
}
