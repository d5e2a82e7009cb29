using Microsoft.Extensions.Logging.Abstractions;
using NodeGuard.Agent.Control;
using NodeGuard.Agent.Tests.Fakes;
using NodeGuard.Agent.Updates.Runs;
using NodeGuard.Core.Images;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Hosting.Loops;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Updates.Runs;

/// <summary>Which wishes become an update.</summary>
public sealed class UpdateRunLoopTests : IDisposable, IPendingUpdates
{
    private static readonly UpdateWish Wish = new() { Id = "a", By = "a test", Scope = UpdateScope.Security };

    private readonly TemporaryDirectory _state = new();
    private readonly FakeHost _host = new();
    private readonly ManualTime _time = new();
    private readonly UpdateRunStore _store;
    private readonly UpdateRunLoop _loop;
    private AptRun[]? _apt;
    private PendingUpdates _pending = new() { Packages = [Package] };
    private Hazard _hazard = new(HazardState.None, "nothing pending restarts networkd", []);

    public UpdateRunLoopTests()
    {
        _store = new UpdateRunStore(_state.Path);
        _loop = new UpdateRunLoop(_store, new UpdateRunner(_store, _host, _host, _time, NullLogger.Instance), this, _host, _time, NullLogger.Instance) { Apt = () => _apt };
    }

    [Fact]
    public void What_apt_did_for_others_is_told_newest_first_and_not_for_ever()
    {
        _loop.History.Apt.ShouldBeNull("nobody can read it");
        _apt = [.. Enumerable.Range(0, 50).Select(static i => new AptRun { StartedAt = $"{i}", Actions = [] })];
        _loop.History.Apt!.Select(static run => run.StartedAt).ShouldBe(Enumerable.Range(30, 20).Reverse().Select(static i => $"{i}"));
    }

    public PendingStatus? Latest => null;

    public Task<PendingStatus> LookAsync(CancellationToken cancellation) => Task.FromResult(new PendingStatus
    {
        LookedAt = _time.GetUtcNow(),
        Seconds = 0,
        Updates = _pending,
        Reboot = new RebootNeed(false, []),
        Hazard = _hazard,
    });

    public void Dispose()
    {
        _loop.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task A_wish_is_run_with_the_versions_that_are_pending_now()
    {
        UpdateAnswer answer = await BeginAsync(Wish with { Id = null });

        UpdateRun run = answer.Run.ShouldNotBeNull(answer.Problem);
        run.Id.ShouldMatch("^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$");
        run.Wanted.ShouldBe([new WantedPackage("systemd", "amd64", "2")]);
        run.Phase.ShouldBe(UpdateRunPhase.Begun);
        run.Before.ShouldBeNull("nobody needs to be told");
        _store.Read().Runs[0].Before.ShouldBe(new Dictionary<string, string> { ["systemd:amd64"] = "1" });
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task Where_it_is_not_known_whether_networkd_runs_nothing_is_begun()
    {
        _host.Health = new HostHealth();

        (await BeginAsync(Wish)).Problem!.ShouldStartWith("systemd does not tell whether systemd-networkd runs");

        _store.Read().Runs.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_rpm_host_is_told_of_and_not_updated()
    {
        _pending = _pending with { Family = "rpm" };

        (await BeginAsync(Wish)).Problem!.ShouldStartWith("NodeGuard updates hosts with apt only");

        _store.Read().Runs.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_loop_takes_it_to_its_end_and_shows_that_it_is_alive()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task running = _loop.RunAsync(new LoopHeartbeats(_time).Register("update-runs", TimeSpan.FromSeconds(30)), stop.Token);
        await BeginAsync(Wish);
        await Eventually.TrueAsync(() => _host.Starts.Count == 1, "the tool is started");
        _host.End("2");

        await Eventually.TrueAsync(() => ProvesItself().IsOver, "the run is over");

        _loop.History.Runs[0].Phase.ShouldBe(UpdateRunPhase.Succeeded);
        _loop.LogOf("a").ShouldBe("Reading package lists...\n");
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);

        UpdateRun ProvesItself()
        {
            _time.Advance(UpdateRunEvents.Steady);
            return _loop.History.Runs[0];
        }
    }

    [Fact]
    public async Task The_same_wish_again_is_the_same_run_and_another_waits_for_its_end()
    {
        UpdateRun first = (await BeginAsync(Wish)).Run!;
        _time.Advance(TimeSpan.FromSeconds(1));

        (await BeginAsync(Wish)).Run!.BegunAt.ShouldBe(first.BegunAt);
        (await BeginAsync(Wish with { Id = "b" })).Problem!.ShouldStartWith("update a is Begun since ");
    }

    [Fact]
    public async Task Where_nothing_is_pending_nothing_is_run_and_that_is_noted()
    {
        _pending = new PendingUpdates { Packages = [Package with { KeptBack = KeptBackReason.Held }] };

        UpdateRun run = (await BeginAsync(Wish)).Run!;

        (run.Phase, run.Message, run.Changes!.Count).ShouldBe((UpdateRunPhase.Succeeded, "nothing is pending", 0));
    }

    [Fact]
    public async Task What_is_asked_for_and_installed_already_needs_no_run()
    {
        UpdateRun run = (await BeginAsync(Wish with { Exactly = [("systemd:amd64", "1")] })).Run!;

        (run.Phase, run.Message, run.Changes!.Count).ShouldBe((UpdateRunPhase.Succeeded, "all that was asked for is installed", 0));
        _host.Starts.ShouldBeEmpty();
    }

    // Success would prove to the rest of a fleet what this host never had.
    [Theory]
    [InlineData("systemd:amd64", "3", KeptBackReason.None, "this host has 1, and 2 is pending")]
    [InlineData("systemd:amd64", "2", KeptBackReason.Held, "this host has 1, and 2 is kept back (Held)")]
    [InlineData("bash:amd64", "2", KeptBackReason.None, "this host does not have it, and nothing newer is pending")]
    [Trait("Invariant", "11")]
    public async Task A_version_that_is_neither_pending_nor_installed_fails_the_run_and_nothing_is_installed(string name, string version, KeptBackReason kept, string instead)
    {
        _pending = new PendingUpdates { Packages = [Package with { KeptBack = kept }, Package with { Name = "openssl" }] };

        UpdateRun run = (await BeginAsync(Wish with { Exactly = [("openssl:amd64", "2"), (name, version)] })).Run!;

        run.Message.ShouldBe($"nothing was installed: asked for was {name} {version}, {instead}. Ask for what is pending now");
        (run.Phase, run.Changes!.Count, run.IsOver).ShouldBe((UpdateRunPhase.Failed, 0, true));
        _store.Read().Runs[0].Phase.ShouldBe(UpdateRunPhase.Failed);
        _host.Starts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("../a")]
    [InlineData("a b")]
    [InlineData("äö")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task An_id_that_is_none_is_refused_and_has_no_log(string id)
    {
        (await BeginAsync(Wish with { Id = id })).Problem!.ShouldContain("wanted 1 to 64 lower-case letters, digits and hyphens");
        _loop.LogOf(id).ShouldBeEmpty();
        _store.Read().Runs.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Invariant", "11")]
    public async Task What_is_not_known_is_not_updated()
    {
        _pending = PendingUpdates.Unknown("apt is broken");
        (await BeginAsync(Wish)).Problem.ShouldBe("what is pending is not known: apt is broken");
        _pending = new PendingUpdates { Packages = [Package], Interrupted = "dpkg broke off" };
        (await BeginAsync(Wish)).Problem.ShouldBe("dpkg broke off, or have it done (--repair; updates.repair: Interrupted in a NodePolicy)");
        _pending = new PendingUpdates { Packages = [Package] };
        _host.BootId = null;
        (await BeginAsync(Wish)).Problem!.ShouldStartWith("the boot id of this host cannot be read");
        (_host.BootId, _host.Automatic) = ("b", null);
        (await BeginAsync(Wish)).Problem!.ShouldStartWith("apt-mark does not tell");
        (_host.Version, _host.Automatic) = (null, new HashSet<string>());
        (await BeginAsync(Wish)).Problem!.ShouldStartWith("dpkg does not tell which packages are installed");
        Directory.CreateDirectory(Path.Combine(_state.Path, "updates"));
        await File.WriteAllTextAsync(Path.Combine(_state.Path, "updates", "z.json"), "{");
        (await BeginAsync(Wish)).Problem!.ShouldEndWith("whether an update is under way is not known: move the file away when none is");
        _host.Starts.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_broke_off_is_repaired_when_that_is_said_by_a_run_that_installs_nothing()
    {
        _pending = new PendingUpdates { Interrupted = "dpkg broke off" };

        UpdateAnswer answer = await BeginAsync(Wish with { Repair = true });

        UpdateRun run = answer.Run.ShouldNotBeNull(answer.Problem);
        (run.Repairs, run.Wanted.Count, run.Phase).ShouldBe((true, 0, UpdateRunPhase.Begun));
    }

    [Fact]
    public async Task Where_nothing_broke_off_a_wish_to_repair_is_a_wish_like_any_other()
    {
        (await BeginAsync(Wish with { Id = "b", Repair = true, Exactly = [] })).Run!.Message.ShouldBe("the package manager is whole, and there is nothing to repair");
        UpdateRun run = (await BeginAsync(Wish with { Repair = true })).Run!;
        (run.Repairs, run.Wanted.Count).ShouldBe((false, 1));
    }

    [Fact]
    public async Task A_repair_that_may_cut_the_node_off_is_run_only_when_that_is_said()
    {
        _pending = new PendingUpdates { Interrupted = "dpkg broke off", HalfDone = ["systemd"] };
        _hazard = new Hazard(HazardState.Hazard, "Updating systemd restarts systemd-networkd.", ["systemd"]);

        (await BeginAsync(Wish with { Repair = true })).Problem!.ShouldContain("(--despite-hazard)");
        (await BeginAsync(Wish with { Repair = true, DespiteHazard = true })).Run!.Repairs.ShouldBeTrue();
    }

    [Theory]
    [InlineData(HazardState.Hazard)]
    [InlineData(HazardState.Unknown)]
    public async Task An_update_that_may_cut_the_node_off_is_run_only_when_that_is_said(HazardState state)
    {
        _hazard = new Hazard(state, "Updating systemd restarts systemd-networkd.", ["systemd"]);

        (await BeginAsync(Wish)).Problem!.ShouldContain("Updating systemd restarts systemd-networkd. Say so if it is to be done all the same (--despite-hazard)");
        (await BeginAsync(Wish with { DespiteHazard = true })).Run.ShouldNotBeNull();
    }

    private static PendingPackage Package { get; } = new()
    {
        Name = "systemd",
        Architecture = "amd64",
        Installed = "1",
        Candidate = "2",
        Origins = [],
        Security = true,
        KeptBack = KeptBackReason.None,
    };

    private Task<UpdateAnswer> BeginAsync(UpdateWish wish) => _loop.BeginAsync(wish, CancellationToken.None);
}
