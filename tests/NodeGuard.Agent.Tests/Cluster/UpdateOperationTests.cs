using NodeGuard.Agent.Cluster.Operations;
using NodeGuard.Agent.Control;
using NodeGuard.Core.Updates.Pending;
using NodeGuard.Core.Updates.Runs;
using NodeGuard.Kubernetes.Models.Fleet;
using Shouldly;
using Xunit;

namespace NodeGuard.Agent.Tests.Cluster;

/// <summary>What the agent does when it is asked to update its host: each operation once, told truthfully, whatever happens in between.</summary>
public sealed class UpdateOperationTests
{
    private readonly ManualTime _time = new();
    private readonly FakeRuns _runs = new();
    private readonly FakePending _pending = new();
    private OperationStatus? _told;
    private bool _allowed = true;

    [Fact]
    public void It_is_handed_over_followed_and_done_when_it_is_known_whether_a_reboot_is_due()
    {
        UpdateOperation agent = Started();
        Turn(agent).ShouldBe("Accepted: the host is asked what is pending");
        UpdateWish wish = _runs.Wishes.ShouldHaveSingleItem();
        (wish.Id, wish.By, wish.DespiteHazard).ShouldBe(("op-1", "NodeRecycle node-1-abc", false));
        wish.Exactly!.ShouldBe([("systemd:amd64", "252.38")]);
        Turn(agent).ShouldBe("Accepted: the host is asked what is pending");

        _runs.Answer(Run(UpdateRunPhase.Begun));
        Turn(agent).ShouldBe("Running: it is Begun");
        _runs.Now(Run(UpdateRunPhase.Verifying));
        Turn(agent).ShouldBe("Running: it is Verifying");
        _runs.Now(Run(UpdateRunPhase.Succeeded));
        Turn(agent).ShouldBe("Running: it is Succeeded; whether a reboot is due is looked at");

        _pending.Answer(rebootRequired: true);
        Turn(agent).ShouldBe("Done: it is Succeeded");
        (_told!.Changed, _told.RebootRequired).ShouldBe((true, true));
        _runs.Wishes.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "9")]
    public void An_agent_that_starts_again_finds_the_run_and_begins_no_second_one()
    {
        Turn(Started());
        _runs.Answer(Run(UpdateRunPhase.Running));
        Turn(Started()).ShouldBe("Running: it is Running");
        _runs.Wishes.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Invariant", "11")]
    public void A_record_that_is_lost_is_never_a_success()
    {
        _told = new OperationStatus { Id = "op-1", State = "Running", Message = "it ran" };
        Turn(Started()).ShouldBe("Failed: the agent's record of it is lost, and what came of it is not known");
        _told!.Changed.ShouldBeNull("nobody knows, and it may have hurt the node");
        _runs.Wishes.ShouldBeEmpty();

        _told = new OperationStatus { Id = "op-1", State = "Done", Message = "it is done" };
        Turn(Started()).ShouldBe("Done: it is done");
    }

    [Fact]
    public void What_stands_in_the_way_is_waited_for_until_the_deadline()
    {
        UpdateOperation agent = Started();
        Turn(agent);
        _runs.Refuse("update 7 is running");
        Turn(agent).ShouldBe("Accepted: waits: update 7 is running");
        _runs.Wishes.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(31));
        Turn(agent);
        _runs.Wishes.Count.ShouldBe(2);
        _runs.Refuse("a hazard");

        _time.Advance(TimeSpan.FromHours(1));
        Turn(agent).ShouldStartWith("Failed: it was not begun before its deadline 2026-");
        _told!.Changed.ShouldBe(false);
        _runs.Wishes.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(UpdateRunPhase.Failed, 0, false)]
    [InlineData(UpdateRunPhase.Failed, 1, true)]
    [InlineData(UpdateRunPhase.Failed, -1, null)]
    public void A_failure_says_whether_packages_have_changed(UpdateRunPhase phase, int changes, bool? changed)
    {
        UpdateOperation agent = Started();
        Turn(agent);
        _runs.Answer(Run(phase) with { Changes = changes < 0 ? null : [.. Enumerable.Range(0, changes).Select(static i => new PackageChange($"p{i}", "amd64", "1", "2"))] });
        Turn(agent).ShouldBe("Failed: it is Failed");
        _told!.Changed.ShouldBe(changed);
    }

    [Fact]
    public void A_repair_names_no_packages_and_what_failed_of_it_may_have_changed_something()
    {
        UpdateOperation agent = Started();
        GuardedOperation asked = Asked();
        (asked.Packages, asked.Repair) = (null, true);
        agent.Turn(asked, null, default);
        UpdateWish wish = _runs.Wishes.ShouldHaveSingleItem();
        (wish.Repair, wish.Exactly!.Count).ShouldBe((true, 0));

        _runs.Answer(Run(UpdateRunPhase.Failed) with { Repairs = true, Changes = [] });
        OperationStatus failed = agent.Turn(asked, null, default);
        (failed.State, failed.Changed).ShouldBe(("Failed", null), "scripts of packages have run, whatever the versions say");
    }

    [Fact]
    public void What_may_not_be_done_or_says_too_little_is_refused()
    {
        _allowed = false;
        Turn(Started()).ShouldBe("Failed: cluster.updates of this agent is never: it updates no host");
        _allowed = true;
        Turn(Started(), static asked => asked.Packages = []).ShouldBe("Failed: it names no packages");
        Turn(Started(), static asked => asked.Deadline = null).ShouldBe("Failed: it has no deadline, and may have been asked for long ago");
        Told(new UpdateOperation(null, null, true, _time).Turn(Asked(), null, default)).ShouldBe("Failed: this agent does not update the host it runs on");
        _runs.Wishes.ShouldBeEmpty();
    }

    private UpdateOperation Started() => new(_runs, _pending, _allowed, _time);

    private string Turn(UpdateOperation agent, Action<GuardedOperation>? change = null)
    {
        GuardedOperation asked = Asked();
        change?.Invoke(asked);
        OperationStatus status = agent.Turn(asked, _told, default);
        // A refusal of one case is no memory of the next.
        _told = change is null && _allowed ? status : null;
        return Told(status);
    }

    private static string Told(OperationStatus status) => $"{status.State}: {status.Message}";

    private GuardedOperation Asked() => new()
    {
        Id = "op-1",
        Kind = "Update",
        Recycle = "node-1-abc",
        Deadline = new DateTimeOffset(2026, 11, 21, 10, 30, 0, TimeSpan.Zero),
        Packages = [new PackageVersionText { Name = "systemd:amd64", Version = "252.38" }],
    };

    private static UpdateRun Run(UpdateRunPhase phase) => new()
    {
        Id = "op-1",
        By = "a test",
        Scope = UpdateScope.All,
        Wanted = [],
        Deadline = DateTimeOffset.UnixEpoch,
        BootId = "b",
        BegunAt = DateTimeOffset.UnixEpoch,
        Phase = phase,
        PhaseSince = DateTimeOffset.UnixEpoch,
        Message = $"it is {phase}",
        Health = new HostHealth(),
        Changes = [new PackageChange("systemd", "amd64", "252.37", "252.38")],
    };

    private sealed class FakeRuns : IUpdateRuns
    {
        private readonly List<UpdateRun> _all = [];
        private TaskCompletionSource<UpdateAnswer> _asked = new();

        public List<UpdateWish> Wishes { get; } = [];

        public UpdateHistory History => new([.. _all], null);

        public string LogOf(string id) => string.Empty;

        public Task<UpdateAnswer> BeginAsync(UpdateWish wish, CancellationToken cancellation)
        {
            Wishes.Add(wish);
            _asked = new TaskCompletionSource<UpdateAnswer>();
            return _asked.Task;
        }

        public void Answer(UpdateRun run)
        {
            Now(run);
            _asked.SetResult(new UpdateAnswer(run, null));
        }

        public void Refuse(string problem) => _asked.SetResult(new UpdateAnswer(null, problem));

        public void Now(UpdateRun run)
        {
            _all.Clear();
            _all.Add(run);
        }
    }

    private sealed class FakePending : IPendingUpdates
    {
        private readonly TaskCompletionSource<PendingStatus> _look = new();

        public PendingStatus? Latest => null;

        public Task<PendingStatus> LookAsync(CancellationToken cancellation) => _look.Task;

        public void Answer(bool rebootRequired) => _look.SetResult(new PendingStatus
        {
            LookedAt = DateTimeOffset.UnixEpoch,
            Seconds = 1,
            Updates = new PendingUpdates { Packages = [] },
            Reboot = new RebootNeed(rebootRequired, []),
            Hazard = new Hazard(HazardState.None, "nothing", []),
        });
    }
}
