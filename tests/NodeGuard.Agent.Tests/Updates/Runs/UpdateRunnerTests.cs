using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Core.Updates.Dpkg;
using NodeGuard.Core.Updates.Runs;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates.Runs;

/// <summary>One update, turn by turn, with agents that die and a host that goes down.</summary>
public sealed class UpdateRunnerTests : IDisposable
{
    private readonly TemporaryDirectory _state = new();
    private readonly FakeHost _host = new();
    private readonly ManualTime _time = new();
    private readonly UpdateRunStore _store;
    private UpdateRunner _runner;

    public UpdateRunnerTests()
    {
        _store = new UpdateRunStore(_state.Path);
        _runner = New();
    }

    public void Dispose() => _state.Dispose();

    [Fact]
    public async Task A_run_starts_the_tool_once_and_is_over_when_the_host_is_what_it_was()
    {
        Begin();
        await TurnAsync();
        _host.Starts.ShouldBe(["a"]);
        await TurnAsync();
        Told.Phase.ShouldBe(UpdateRunPhase.Running);
        _host.End("2");
        await TurnAsync();
        Told.Phase.ShouldBe(UpdateRunPhase.Verifying);
        _host.Forgotten.ShouldBeEmpty();

        await ProveAsync();

        Told.Phase.ShouldBe(UpdateRunPhase.Succeeded);
        Told.Changes.ShouldBe([new PackageChange("systemd", "amd64", "1", "2")]);
        (Told.ExitStatus, Told.Message, Told.Before).ShouldBe((0, "1 package changed", null));
        (_runner.Current, _host.Starts.Count, _host.Forgotten.Count).ShouldBe((null, 1, 1));
    }

    [Theory]
    [InlineData(0, PackageState.Installed, UpdateRunPhase.Succeeded, "dpkg is whole again; 0 packages changed")]
    [InlineData(0, PackageState.HalfInstalled, UpdateRunPhase.Failed, "/usr/bin/apt-get ended with status 0; 0 packages changed, and dpkg broke off in the middle of systemd: apt-get install --reinstall systemd")]
    [InlineData(1, PackageState.HalfConfigured, UpdateRunPhase.Failed, "/usr/bin/apt-get ended with status 1; 0 packages changed, and dpkg broke off in the middle of systemd: dpkg --configure -a")]
    [Trait("Invariant", "11")]
    public async Task A_repair_installs_nothing_and_has_succeeded_when_dpkg_is_whole(int status, PackageState state, UpdateRunPhase phase, string message)
    {
        _host.State = PackageState.HalfConfigured;
        Begin(repairs: true);
        await TurnAsync();
        (_host.Repairs.Count, _host.Starts.Count).ShouldBe((1, 0));
        await TurnAsync();
        Told.Message.ShouldBe("dpkg ends what it has begun");
        _host.End("1", status);
        _host.State = state;

        await TurnAsync();
        await ProveAsync();

        (Told.Phase, Told.Message, Told.Repairs).ShouldBe((phase, message, true));
        _host.Repairs.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public async Task An_agent_that_dies_between_any_two_turns_changes_nothing()
    {
        Begin();
        for (int i = 0; i < 6; i++)
        {
            await RestartAsync();
            if (i == 2)
            {
                _host.End("2");
            }
        }

        await ProveAsync();

        (Told.Phase, _host.Starts.Count).ShouldBe((UpdateRunPhase.Succeeded, 1));
    }

    [Theory]
    [InlineData("boot-2", UpdateUnitState.Absent, "the host went down while the update was at work")]
    [InlineData("boot-1", UpdateUnitState.Absent, "how the update ended is not known")]
    [InlineData("boot-1", UpdateUnitState.Failed, "at an end")]
    [Trait("Invariant", "11")]
    public async Task What_did_not_end_well_is_told_with_what_is_known(string boot, UpdateUnitState unit, string message)
    {
        Begin();
        await TurnAsync();
        await TurnAsync();
        _host.Unit = new(unit, null, "at an end");
        (_host.BootId, _host.Version, _host.State) = (boot, "2", PackageState.HalfConfigured);

        await RestartAsync();

        Told.Phase.ShouldBe(UpdateRunPhase.Failed);
        Told.Message.ShouldContain(message);
        Told.Message.ShouldContain("1 package changed, and dpkg broke off in the middle of systemd: dpkg --configure -a");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task What_dpkg_does_not_tell_is_not_known()
    {
        Begin();
        await TurnAsync();
        (_host.Unit, _host.Version) = (new(UpdateUnitState.Succeeded, 0, "ended"), null);
        await TurnAsync();
        await TurnAsync();
        Told.Phase.ShouldNotBe(UpdateRunPhase.Verifying);
        _host.Unit = new(UpdateUnitState.Failed, 100, "ended with status 100");

        await TurnAsync();

        Told.Message.ShouldBe("ended with status 100; which packages changed is not known, and how dpkg is, is not known: dpkg --audit");
        Told.Changes.ShouldBeNull();
    }

    [Fact]
    public async Task A_host_that_does_not_become_what_it_was_is_told()
    {
        Begin();
        await TurnAsync();
        _host.End("2");
        _host.Health = new HostHealth { NetworkdRuns = false };
        await TurnAsync();
        await TurnAsync();
        _time.Advance(UpdateRunEvents.Settling);

        await TurnAsync();

        Told.Phase.ShouldBe(UpdateRunPhase.Failed);
        Told.Message.ShouldBe("1 package changed, and within 5 min the host did not become what it was: systemd-networkd ran before and does not now: systemctl status systemd-networkd");
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task A_host_that_is_well_now_and_then_has_not_proved_itself()
    {
        Begin();
        await TurnAsync();
        _host.End("2");
        for (TimeSpan seen = TimeSpan.Zero; seen < UpdateRunEvents.Settling; seen += UpdateRunEvents.Steady / 2)
        {
            await TurnAsync();
            Told.Phase.ShouldBe(UpdateRunPhase.Verifying);
            _host.Health = new HostHealth { NetworkdRuns = _host.Health.NetworkdRuns != true };
            _time.Advance(UpdateRunEvents.Steady / 2);
        }

        _host.Health = new HostHealth { NetworkdRuns = true };
        await ProveAsync();

        Told.Phase.ShouldBe(UpdateRunPhase.Succeeded);
    }

    [Fact]
    public async Task What_cannot_be_started_is_tried_until_its_deadline()
    {
        _host.StartProblem = "systemd did not start it: no bus";
        Begin();
        await TurnAsync();
        await TurnAsync();
        _runner.Current!.Message.ShouldBe(_host.StartProblem);
        _time.Advance(TimeSpan.FromMinutes(10));

        await TurnAsync();

        (Told.Phase, _host.Starts.Count).ShouldBe((UpdateRunPhase.Failed, 0));
        Told.Message.ShouldEndWith("UTC: systemd did not start it: no bus");
    }

    [Fact]
    [Trait("Invariant", "9")]
    public async Task What_has_written_and_is_gone_is_not_run_again()
    {
        Begin();
        await TurnAsync();
        _host.Unit = new(UpdateUnitState.Absent, null, "systemd knows no unit");

        await RestartAsync();

        (Told.Phase, _host.Starts.Count).ShouldBe((UpdateRunPhase.Failed, 1));
    }

    [Fact]
    public async Task A_move_that_cannot_be_recorded_is_made_with_a_later_turn()
    {
        Begin();
        await TurnAsync();
        string record = Path.Combine(_state.Path, "updates", ".a.json.tmp");
        Directory.CreateDirectory(record);
        await TurnAsync();
        Told.Phase.ShouldBe(UpdateRunPhase.Begun);
        Directory.Delete(record);

        await TurnAsync();

        Told.Phase.ShouldBe(UpdateRunPhase.Running);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"id\":\"a\"")]
    [InlineData("{\"id\":\"another\"}")]
    [InlineData("null")]
    public void A_record_that_cannot_be_read_is_told(string torn)
    {
        Begin();
        File.WriteAllText(Path.Combine(_state.Path, "updates", "a.json"), torn);

        _store.Read().Runs.ShouldBeEmpty();
        _store.Read().Problem!.ShouldContain("a.json cannot be read: ");
    }

    private UpdateRun Told => _store.Read().Runs.ShouldHaveSingleItem();

    private UpdateRunner New() => new(_store, _host, _host, _time, NullLogger.Instance);

    private Task TurnAsync() => _runner.TurnAsync(CancellationToken.None);

    private async Task ProveAsync()
    {
        await TurnAsync();
        _time.Advance(UpdateRunEvents.Steady);
        await TurnAsync();
    }

    private async Task RestartAsync()
    {
        _runner = New();
        _runner.Load().ShouldBeNull();
        await TurnAsync();
    }

    private void Begin(bool repairs = false) => _runner.Begin(new UpdateRun
    {
        Id = "a",
        By = "a test",
        Scope = UpdateScope.Security,
        Wanted = repairs ? [] : [new WantedPackage("systemd", "amd64", "2")],
        Repairs = repairs,
        Deadline = _time.GetUtcNow().AddMinutes(10),
        BootId = "boot-1",
        BegunAt = _time.GetUtcNow(),
        Phase = UpdateRunPhase.Begun,
        PhaseSince = _time.GetUtcNow(),
        Message = "about to be started",
        Before = new Dictionary<string, string> { ["systemd:amd64"] = "1" },
        Health = new HostHealth { NetworkdRuns = true },
    }).ShouldBeNull();
}
