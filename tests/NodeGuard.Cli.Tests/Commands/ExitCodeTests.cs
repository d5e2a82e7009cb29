using NodeGuard.Agent.Control;
using NodeGuard.Cli.Tests.Fakes;
using NodeGuard.Core.Routing.Reports;
using Shouldly;
using Xunit;

namespace NodeGuard.Cli.Tests.Commands;

public sealed class ExitCodeTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("routes list")]
    [InlineData("routes diff")]
    [InlineData("routes watch")]
    [InlineData("routes history")]
    [InlineData("routes restore")]
    [InlineData("routes restore --dry-run")]
    [InlineData("routes pin 3f9c0a7be210")]
    [InlineData("routes pin list")]
    public async Task Without_an_agent_every_question_to_it_exits_3_and_prints_nothing(string command)
    {
        var run = await CliRun.OfAsync(command.Split(' '));

        run.ExitCode.ShouldBe(ExitCodes.AgentUnreachable);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldContain("the agent is not running");
    }

    [Trait("Invariant", "11")]
    [Theory]
    [InlineData(GuardState.Guarding, 0)]
    [InlineData(GuardState.Restoring, 0)]
    [InlineData(GuardState.NothingToGuardAgainst, 0)]
    [InlineData(GuardState.Starting, 1)]
    [InlineData(GuardState.Degraded, 1)]
    [InlineData(GuardState.Failed, 1)]
    public async Task Status_succeeds_only_where_all_is_guarded(GuardState state, int expected)
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard { Status = Samples.Status with { State = state } });

        (await CliRun.OfAsync(["status"], agent.Socket)).ExitCode.ShouldBe(expected);
    }

    [Fact]
    public async Task Diff_exits_1_on_a_difference_and_0_without()
    {
        var guard = new FakeGuard();
        await using var agent = await AgentServer.StartAsync(guard);

        (await CliRun.OfAsync(["routes", "diff"], agent.Socket)).ExitCode.ShouldBe(1);
        guard.Differences = [];
        (await CliRun.OfAsync(["routes", "diff"], agent.Socket)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Restore_exits_1_when_something_stays_missing()
    {
        var guard = new FakeGuard { Report = new RestoreReport(2, 1, [new NotRestorableObject("10.0.0.0/8", "its device is gone")]) };
        await using var agent = await AgentServer.StartAsync(guard);

        var run = await CliRun.OfAsync(["routes", "restore"], agent.Socket);

        run.ExitCode.ShouldBe(1);
        run.Out.ShouldContain("its device is gone");
    }

    [Fact]
    public async Task A_dry_run_restores_nothing()
    {
        var guard = new FakeGuard();
        await using var agent = await AgentServer.StartAsync(guard);

        var run = await CliRun.OfAsync(["routes", "restore", "--dry-run"], agent.Socket);

        run.ExitCode.ShouldBe(0);
        run.Error.ShouldContain("Would restore 1");
        guard.Restores.ShouldBe(0);
    }

    [Fact]
    public async Task Pin_and_its_removal_reach_the_agent()
    {
        var guard = new FakeGuard();
        await using var agent = await AgentServer.StartAsync(guard);

        (await CliRun.OfAsync(["routes", "pin", "3f9c0a7be210"], agent.Socket)).ExitCode.ShouldBe(0);
        guard.Pins.ShouldBe(["3f9c0a7be210"]);
        (await CliRun.OfAsync(["routes", "pin", "3f9c0a7be210", "--remove"], agent.Socket)).ExitCode.ShouldBe(0);
        guard.Pins.ShouldBeEmpty();
        (await CliRun.OfAsync(["routes", "pin", "000000000000"], agent.Socket)).ExitCode.ShouldBe(ExitCodes.Refused);
    }

    [Fact]
    public async Task A_watch_that_is_interrupted_ends_well_and_one_that_the_agent_ends_does_not()
    {
        var guard = new FakeGuard { WatchEnds = false };
        await using var agent = await AgentServer.StartAsync(guard);
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));

        var interrupted = await CliRun.OfAsync(["routes", "watch"], agent.Socket, cancellation: interrupt.Token);
        guard.WatchEnds = true;
        var ended = await CliRun.OfAsync(["routes", "watch"], agent.Socket);

        interrupted.ExitCode.ShouldBe(0);
        ended.ExitCode.ShouldBe(3);
        ended.Error.ShouldContain("closed the stream");
    }

    [Fact]
    public async Task An_interrupted_question_exits_130()
    {
        await using var agent = await AgentServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var interrupt = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        (await CliRun.OfAsync(["status"], agent.Socket, cancellation: interrupt.Token)).ExitCode.ShouldBe(130);
    }

    [Theory]
    [InlineData("rotues", "nodeguard routes")]
    [InlineData("routes lst", "nodeguard routes list")]
    [InlineData("routes list --knd rule", "nodeguard routes list --kind")]
    public async Task A_mistyped_word_exits_2_and_names_what_was_meant(string command, string meant)
    {
        var run = await CliRun.OfAsync(command.Split(' '));

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldContain($"Did you mean: {meant}");
        run.Error.ShouldContain("--help");
        run.Out.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("routes")]
    [InlineData("routes list --kind tunnel")]
    [InlineData("routes list -o xml")]
    [InlineData("routes history --limit -1")]
    [InlineData("routes pin")]
    [InlineData("completion tcsh")]
    [InlineData("@/etc/hostname")]
    public async Task Wrong_usage_exits_2(string command)
    {
        var run = await CliRun.OfAsync(command.Split(' '));

        run.ExitCode.ShouldBe(ExitCodes.Usage);
        run.Error.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Filters_narrow_the_list_and_an_empty_list_is_said_on_stderr()
    {
        await using var agent = await AgentServer.StartAsync(new FakeGuard());

        (await CliRun.OfAsync(["routes", "list", "--kind", "rule", "--table", "100"], agent.Socket)).Out.ShouldContain("3f9c0a7be210");
        var none = await CliRun.OfAsync(["routes", "list", "--kind", "nexthop"], agent.Socket);
        var noneAsJson = await CliRun.OfAsync(["routes", "list", "--kind", "nexthop", "-o", "json"], agent.Socket);

        none.Out.ShouldBeEmpty();
        none.Error.ShouldContain("None of the ledger's 3 objects matches.");
        noneAsJson.Out.Trim().ShouldBe("[]");
        none.ExitCode.ShouldBe(0);
    }
}
